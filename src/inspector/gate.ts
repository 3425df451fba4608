// Who may ask the inspector for what. Pure decisions: the answer to a request depends on nothing but its head.
import { timingSafeEqual } from 'node:crypto'
import { controlHeader } from './protocol.js'

/** What the gate reads of a request. */
export interface RequestHead {
  readonly method: string
  /** The header `host`: with its port, if it has one. */
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
  /** Whether {@link controlHeader} is there. */
  readonly isDeliberate: boolean
}

/** What a request is for. The page's own files are the same for all the world, and tell nothing of a pool. */
export type Purpose = 'file' | 'view' | 'control'

/** Why a request is refused. */
export interface Refusal {
  readonly status: 401 | 403
  readonly code: 'HOST' | 'ORIGIN' | 'NO_TOKEN' | 'WRONG_TOKEN' | 'CONTROL_OFF' | 'CONTROL_HEADER'
  readonly message: string
}

/** What the inspector was told about who may come. */
export interface Permissions {
  /** Names besides those of the own machine, in lower case. */
  readonly hosts: readonly string[]
  readonly viewToken: string
  /** Undefined = nothing can be controlled. */
  readonly controlToken: string | undefined
}

/** The own machine, and no other spelling of it: `127.1`, `localhost6` and their like have led around such checks before. */
const own = ['127.0.0.1', '[::1]', 'localhost']

/** Why a request may not have what it asks for; undefined = it may. */
export function refusalOf(
  head: RequestHead,
  purpose: Purpose,
  permissions: Permissions,
): Refusal | undefined {
  return (
    refusalOfHost(head, permissions) ??
    refusalOfOrigin(head, permissions) ??
    (purpose === 'file' ? undefined : refusalOfToken(bearerOf(head.authorization), purpose, permissions)) ??
    (purpose === 'control' && !head.isDeliberate ? withoutControlHeader : undefined)
  )
}

/** Whether a token allows to control, and not only to view. */
export const mayControl = (authorization: string | undefined, { controlToken }: Permissions): boolean =>
  controlToken !== undefined && isSame(bearerOf(authorization) ?? '', controlToken)

/**
 * A page of another site can have its own name lead to this machine (DNS rebinding), and is then of the same origin as the inspector;
 * but the browser still says by which name it came.
 */
function refusalOfHost({ host }: RequestHead, { hosts }: Permissions): Refusal | undefined {
  const name = hostnameOf(host)
  if (name !== undefined && (own.includes(name) || hosts.includes(name))) return undefined
  return {
    status: 403,
    code: 'HOST',
    message:
      'The inspector answers only to 127.0.0.1, [::1] and localhost. To reach it by another name, add that name to its option hosts.',
  }
}

/** Browsers say which page a request comes from, if it changes something or crosses sites; pages of other sites have no business here. */
function refusalOfOrigin({ origin, host }: RequestHead, { hosts }: Permissions): Refusal | undefined {
  if (origin === undefined) return undefined
  const from = /^https?:\/\/([^/]+)$/.exec(origin.toLowerCase())?.[1]
  const name = hostnameOf(from)
  if (name !== undefined && (from === host?.toLowerCase() || hosts.includes(name))) return undefined
  return { status: 403, code: 'ORIGIN', message: 'The inspector answers only to its own page.' }
}

/** Why a token does not allow what is asked for; undefined = it does. */
export function refusalOfToken(
  token: string | undefined,
  purpose: 'view' | 'control',
  { viewToken, controlToken }: Permissions,
): Refusal | undefined {
  if (token === undefined) {
    return {
      status: 401,
      code: 'NO_TOKEN',
      message:
        'A token is missing. Open the page by the whole address that inspector() returned: the token is at its end.',
    }
  }
  const controls = controlToken !== undefined && isSame(token, controlToken)
  const views = isSame(token, viewToken)
  if (controls || (views && purpose === 'view')) return undefined
  if (views) return controlToken === undefined ? controlOff : viewOnly
  return {
    status: 401,
    code: 'WRONG_TOKEN',
    message:
      'The token is not the one of this inspector. A program that starts anew has a new token, unless its option token says otherwise.',
  }
}

const controlOff: Refusal = {
  status: 403,
  code: 'CONTROL_OFF',
  message:
    'This inspector shows pools, and does not control them. To allow it, set its option allowControl to true.',
}

const viewOnly: Refusal = {
  status: 403,
  code: 'CONTROL_OFF',
  message: 'This token allows to view, not to control: it is of viewUrl. The address in url allows both.',
}

const withoutControlHeader: Refusal = {
  status: 403,
  code: 'CONTROL_HEADER',
  message: `What changes something needs the header ${controlHeader}.`,
}

/** Takes as long for a token that is nearly right as for one that is not; only its length shows, and that is no secret. */
function isSame(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)]
  return one.length === other.length && timingSafeEqual(one, other)
}

const bearerOf = (authorization: string | undefined): string | undefined =>
  /^bearer (\S+)$/i.exec(authorization ?? '')?.[1]

/** `[::1]` of `[::1]:8080`, in lower case; undefined when it is no host. */
function hostnameOf(host: string | undefined): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/.exec(host?.toLowerCase() ?? '')?.[1]
}
