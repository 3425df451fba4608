// Which host a caller gets: pure decisions over what is known of all of them.
import type { HostRole, HostState, HostTarget } from '../host-types.js'

/** How a host is chosen among those that fit. */
export type HostBalance = 'round-robin' | 'least-busy'

/** What a host is known to be. */
export interface StandingHost {
  readonly state: HostState
  /** When it was found to be a primary after it had been a standby; 0 = never. */
  readonly promotedAt: number
}

/** A host as callers are given one by it. */
export interface HostView extends StandingHost {
  /** Connections that can be leased at once. */
  readonly idle: number
  /** Connections that could be opened. */
  readonly room: number
  /** Callers that wait in its queue. */
  readonly waiting: number
  /** Connections that are neither idle nor being opened. */
  readonly busy: number
}

/** Which roles fit a target, the best ones first. */
const tiers: Readonly<Record<HostTarget, readonly (readonly HostRole[])[]>> = {
  primary: [['primary']],
  standby: [['standby']],
  'prefer-primary': [['primary'], ['standby']],
  'prefer-standby': [['standby'], ['primary']],
  any: [['primary', 'standby']],
}

/** Whether a host in this state serves the target. */
export const fits = (state: HostState, target: HostTarget): boolean =>
  tiers[target].some(roles => roles.some(role => role === state))

/** Whether a host that says that it is the primary is a former one that does not know yet: another one was promoted after it. */
export const isSuperseded = (host: StandingHost, hosts: readonly StandingHost[]): boolean =>
  host.state === 'primary' &&
  hosts.some(({ state, promotedAt }) => state === 'primary' && promotedAt > host.promotedAt)

/** Whether a host that a caller was given is still one for it: much may have happened while the caller waited for a connection. */
export const stillServes = (
  host: StandingHost,
  hosts: readonly StandingHost[],
  target: HostTarget,
): boolean => fits(host.state, target) && (target === 'any' || !isSuperseded(host, hosts))

/**
 * The host that the next caller gets; undefined when none fits. First a preferred one with an idle connection or room for one, then any other
 * that fits, the same; when all are busy, one at which the fewest wait, a preferred one first (the four passes of Npgsql's
 * `NpgsqlMultiHostDataSource`).
 *
 * @param turn a number that grows with each choice: who are alike take turns
 */
export function chooseHost<H extends HostView>(
  hosts: readonly H[],
  target: HostTarget,
  balance: HostBalance,
  turn: number,
): H | undefined {
  const passes = tiers[target].map(roles => candidates(hosts, roles))
  for (const fitting of passes) {
    const free = fitting.filter(host => host.waiting === 0 && host.idle + host.room > 0)
    const chosen = oneOf(balance === 'least-busy' ? leastOf(free, host => host.busy) : free, turn)
    if (chosen !== undefined) return chosen
  }
  for (const fitting of passes) {
    const chosen = oneOf(
      leastOf(fitting, host => host.waiting),
      turn,
    )
    if (chosen !== undefined) return chosen
  }
  return undefined
}

/**
 * Those that have one of the roles. Two that claim to be the primary are a former one that does not know yet, and its successor: only the one
 * that was promoted last counts, and among those that always were primaries the first one.
 */
function candidates<H extends HostView>(hosts: readonly H[], roles: readonly HostRole[]): readonly H[] {
  const fitting = hosts.filter(({ state }) => roles.some(role => role === state))
  if (roles.length > 1) return fitting
  return roles[0] === 'primary' && fitting.length > 1 ? [latest(fitting)] : fitting
}

function latest<H extends HostView>(hosts: readonly H[]): H {
  return hosts.reduce((best, host) => (host.promotedAt > best.promotedAt ? host : best))
}

function leastOf<H>(hosts: readonly H[], count: (host: H) => number): readonly H[] {
  const least = Math.min(...hosts.map(count))
  return hosts.filter(host => count(host) === least)
}

const oneOf = <H>(hosts: readonly H[], turn: number): H | undefined => hosts[turn % hosts.length]

/** Whether it is no use to wait for a host: each one is known, and none fits. */
export function isHopeless(states: readonly HostState[], target: HostTarget): boolean {
  return !states.some(state => state === 'unknown' || fits(state, target))
}

/** How soon a host is asked again while callers wait for one, in milliseconds. */
export const shortestRecheck = 500

/** Whether a host may be asked for its role at once. */
export const mayAskAgain = (askedAt: number, now: number): boolean => now - askedAt >= shortestRecheck

/** What an acquire that timed out, or was refused, was up against, as far as it tells of the host. */
const unreachable: readonly unknown[] = ['connects failing', 'connects slow', 'validations failing']

/** Whether what a host's pool answered says that the host is down, and not only that the pool is busy, paused or closed. */
export function meansDown({
  code,
  obstacle,
}: {
  readonly code?: unknown
  readonly obstacle?: unknown
}): boolean {
  return code === 'ACQUIRE_TIMEOUT' ? unreachable.includes(obstacle) : !busyPool.includes(code)
}

/** The pool's own refusals that say nothing of its host. */
const busyPool: readonly unknown[] = [
  'QUEUE_FULL',
  'OVERLOADED',
  'POOL_CLOSED',
  'POOL_PAUSED',
  'NO_HOST',
  'LEND_REFUSED',
  'SELF_DEADLOCK',
  'LEASE_REVOKED',
]
