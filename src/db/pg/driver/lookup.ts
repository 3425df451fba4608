// How the name of a host becomes addresses: by the application's own function, and in random order if the hosts are to be.
import dns, { type LookupAddress } from 'node:dns'
import { type LookupFunction, Socket } from 'node:net'

/**
 * Makes the sockets of clients: each connect has the name of its host resolved anew, and Node tries all of its addresses, one after the other.
 * @returns undefined = pg's own sockets, which do the same by the operating system's resolver
 */
export function socketsBy(
  lookup: LookupFunction | undefined,
  isShuffled: boolean,
): (() => Socket) | undefined {
  if (lookup === undefined && !isShuffled) return undefined
  const resolve = lookup ?? (dns.lookup as LookupFunction)
  return () => new ResolvingSocket(isShuffled ? shuffled(resolve) : resolve)
}

/** pg calls `connect(port, host)`, or `connect(path)`. */
class ResolvingSocket extends Socket {
  readonly #lookup: LookupFunction

  constructor(lookup: LookupFunction) {
    super()
    this.#lookup = lookup
  }

  override connect(...given: unknown[]): this {
    const [port, host] = given
    if (typeof host !== 'string') return super.connect(...(given as [string]))
    return super.connect({ port: Number(port), host, lookup: this.#lookup })
  }
}

/** The addresses of a host in random order. */
function shuffled(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) =>
    lookup(hostname, options, (error, addresses, family) => {
      if (!Array.isArray(addresses)) return callback(error, addresses, family)
      const order = new Map<LookupAddress, number>(addresses.map(one => [one, Math.random()]))
      callback(
        error,
        [...addresses].sort((one, other) => Number(order.get(one)) - Number(order.get(other))),
      )
    })
}
