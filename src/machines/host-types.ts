// What goes into the machine of a host and what it decides by: what is known of the host, and who looks for one.

/** What a database server is to its cluster: `'primary'` = it takes writes, `'standby'` = it only reads. */
export type HostRole = 'primary' | 'standby'

/** What kind of host a caller wants. `'prefer-…'` = that kind if there is one, else the other one. */
export type HostTarget = 'primary' | 'standby' | 'prefer-primary' | 'prefer-standby' | 'any'

/** What is known of a host. `'unknown'` = its role has not been told yet, or it has just stopped to be the primary. */
export type HostState = 'unknown' | HostRole | 'down'

/** The host of a pool that belongs to a pool of hosts (`createHostPool`). */
export interface HostStats {
  /** Where it is: `'db1.internal:5432'`. */
  readonly name: string
  /** What is known of it: `'primary'`, `'standby'`, `'down'`, or `'unknown'`. */
  readonly state: HostState
  /** Callers of the pool of hosts that wait for a suitable host: no host's queue has them. The same number for each host. */
  readonly seeking: number
}

/** What the host's machine sees of the callers that wait for a suitable host. */
export interface Seekers {
  /** How many wait. */
  readonly length: number
}

/** What a host's machine starts with. */
export interface HostInput {
  /** Where it is: `'db1.internal:5432'`. */
  readonly host: string
  /** How often it is asked for its role, in milliseconds; Infinity = never again. */
  readonly hostRecheck: number
  readonly seekers: Seekers
  /** The time, in milliseconds. */
  readonly now: () => number
}

/** What a host's machine knows besides its states. */
export interface HostContext extends HostInput {
  /** Since when the host is in its state, in milliseconds. */
  readonly since: number
  /** When it was last asked for its role, in milliseconds; -Infinity = never. */
  readonly askedAt: number
  /** The role that it told last. */
  readonly lastRole: HostRole | undefined
  /** When it was found to be a primary after it had been a standby; 0 = never. */
  readonly promotedAt: number
  /** Why it is down, or no longer the primary. */
  readonly lastError: unknown
}

/** What happens to a host. */
export type HostEvent =
  /** A session told the role of its server. */
  | { readonly type: 'role.told'; readonly role: HostRole }
  /** No connection is left, and none can be opened; or the host does not answer. */
  | { readonly type: 'host.failed'; readonly error: unknown }
  /** A session found that its server takes no writes any more. */
  | { readonly type: 'host.demoted'; readonly error: unknown }
  /** Something happened after which the host may be another one: connects fail, or a session cannot be used any more. */
  | { readonly type: 'host.doubted' }
  /** A caller waits for a suitable host. */
  | { readonly type: 'host.sought' }
  /** The host was asked, and has answered, or will not. */
  | { readonly type: 'ask.ended' }
