// What createHostPool() and the methods of its pool take, and the one place that checks it.

import type { TransactionOptions } from '../actors/leases/transaction-options.js'
import type { AcquireOptions, QueryOptions } from '../core/call-options.js'
import { hostTarget } from '../core/hosts.js'
import { refuseUnknown } from '../core/names.js'
import { type PoolOptions, parseOptions, poolOptionNames, type ResolvedPoolOptions } from '../core/options.js'
import { hintOf } from '../core/other-pools.js'
import { number, oneOf, or } from '../core/shape.js'
import type { HostBalance } from '../machines/decisions/hosts.js'
import type { HostTarget } from '../machines/host-types.js'

/**
 * What kind of host a caller wants. `'primary'` = one that takes writes; `'standby'` = one that only reads; `'prefer-standby'` and `'prefer-primary'` =
 * that kind if a host of it is up, else the other one; `'any'` = one of all that are up. `'read-write'` and `'read-only'` are libpq's names for the
 * first two.
 */
export type HostTargetName = HostTarget | 'read-write' | 'read-only'

/** The options of a pool of hosts: those of {@link PoolOptions}, which apply to each host's pool, and these. */
export interface HostPoolOptions<C = unknown> extends Omit<PoolOptions<C>, 'whenDown'> {
  /**
   * The kind of host for callers that name none. Default: what the connection string says (`target_session_attrs`), or `'primary'`, which serves
   * reads and writes.
   */
  target?: HostTargetName | undefined
  /**
   * How the pool chooses among hosts that fit and have a free connection, or room for one. Default `'round-robin'`: they take turns; `'least-busy'` = the
   * one with the fewest leases. Callers that must wait do so at the host with the fewest waiting callers, in either case.
   */
  balance?: HostBalance | undefined
  /**
   * How often the pool asks each host whether it takes writes, in milliseconds. Each new session tells it anyway, a refused write (25006) tells it at once,
   * and while a caller waits because no host fits, the pool asks all hosts twice a second. Default 10,000, as Npgsql's `Host Recheck Seconds`; more than 0; false =
   * only then.
   */
  hostRecheck?: number | false | undefined
  /**
   * What happens to callers while no host fits: `'wait'`, the default = they wait for a host, each within its timeout; `'fail'` = the pool refuses them at once
   * with a NoHostError, unless a host's role is not known yet.
   */
  whenDown?: 'wait' | 'fail' | undefined
}

/** The options of `acquire()` and `use()`. */
export interface HostAcquireOptions extends AcquireOptions {
  /** The kind of host. Default: the pool's `target`. */
  target?: HostTargetName | undefined
}

/** The options of `transaction()`. */
export interface HostTransactionOptions extends TransactionOptions {
  /** The kind of host. Default: the pool's `target`, also with `readOnly`. */
  target?: HostTargetName | undefined
}

/** The options of `query()`. */
export interface HostQueryOptions extends QueryOptions {
  /** The kind of host. Default: the pool's `target`. */
  target?: HostTargetName | undefined
}

const shape = {
  target: or(hostTarget, undefined),
  balance: or(oneOf(['round-robin', 'least-busy']), 'round-robin'),
  hostRecheck: or(number({ above: 0, off: 'false to ask hosts only when there is a reason' }), 10_000),
  whenDown: or(oneOf(['wait', 'fail']), 'wait'),
}

/** {@link HostPoolOptions}, told apart by who needs them. */
export interface ParsedHostOptions<C> {
  readonly target: HostTarget | undefined
  readonly balance: HostBalance
  readonly hostRecheck: number
  readonly whenDown: 'wait' | 'fail'
  /** What each host's pool is created with. */
  readonly each: PoolOptions<C>
  /** The same, checked and complete. */
  readonly config: ResolvedPoolOptions
}

/**
 * Checks the options of a pool of hosts.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseHostOptions<C>(given: HostPoolOptions<C>): ParsedHostOptions<C> {
  refuseUnknown('createHostPool', given, [...new Set([...Object.keys(shape), ...poolOptionNames])], hintOf)
  const { target, balance, hostRecheck, whenDown, ...each } = given
  return {
    target: shape.target('target', target),
    balance: shape.balance('balance', balance),
    hostRecheck: shape.hostRecheck('hostRecheck', hostRecheck),
    whenDown: shape.whenDown('whenDown', whenDown),
    each,
    config: parseOptions(each),
  }
}
