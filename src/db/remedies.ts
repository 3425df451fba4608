// What can be done about a server that cannot be connected to, where an error's code tells more than that it failed.
import { causesOf } from '../core/causes.js'

/** Codes of Node's resolver, sockets and TLS, alike for every server. */
const ofTheNetwork: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'Check the host name, and that it resolves from here'],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_UNTRUSTED)$/,
    "Pass the CA certificate that signed the server's certificate (ssl: { ca })",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "Connect by a name in the server's certificate, or set the name to expect (ssl: { servername })",
  ],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "Renew the server's certificate, and check the clocks"],
]

/** What a server's driver knows: by the error's code, and by what its message says. */
export interface Remedy {
  readonly code?: RegExp
  readonly says?: RegExp
  readonly remedy: string
}

/**
 * The remedy for an error that a connect was refused with; undefined when only the general advice is left.
 * @param table of the server's own errors; the first row that fits
 */
export function remedyIn(table: readonly Remedy[], error: unknown): string | undefined {
  for (const one of causesOf(error)) {
    const code = String(one.code)
    const { message } = one
    const own = table.find(row => (row.code?.test(code) ?? true) && (row.says?.test(message) ?? true))
    const remedy = own?.remedy ?? ofTheNetwork.find(([codes]) => codes.test(code))?.[1]
    if (remedy !== undefined) return remedy
  }
  return undefined
}

/** A frequent reason why the first connect fails: the variable that should hold the address is not set, so the server's library chose one. */
export const lookForAddress = (remedy = 'Check that the server is up'): string =>
  `${remedy}, and see whether the connection string is undefined: neither it nor a host was given`
