// The metrics that are read when they are asked for: gauges and counters, by Prometheus's conventions for names and units.
import type { LaneStats } from '../../actors/callers/lanes.js'
import type { PoolState } from '../../actors/watching/events.js'
import type { PoolHealth } from '../../actors/watching/health.js'
import type { PoolStats } from '../../actors/watching/stats.js'
import { hostStates } from '../observe.js'

/** A pool as it is when a scrape asks. */
export interface Reading {
  readonly stats: PoolStats
  readonly health: PoolHealth
  /** The time on the pool's clock, in milliseconds. */
  readonly now: number
}

/** One metric. Each of its series also has the label `pool`. */
export interface Family {
  readonly name: string
  readonly type: 'Gauge' | 'Counter'
  readonly help: string
  /** The name of its label; undefined if `pool` is the only one. */
  readonly label?: string
  /** Its values, by the label's value; `''` if it has no label. */
  read(reading: Reading): Readonly<Record<string, number>>
}

/** How long ago that was, in seconds; 0 = never. */
const age = (since: number | undefined, now: number): number =>
  since === undefined ? 0 : Math.max(0, now - since) / 1_000

/** `idle timeout` and `backingOff` as label values are written. */
const snake = (text: string): string =>
  text.replaceAll(' ', '_').replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** A figure of each lane. */
const ofLanes = ({ lanes = {} }: PoolStats, figure: (lane: LaneStats) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(lanes).map(([name, lane]) => [name, figure(lane)]))

const states: readonly PoolState[] = [
  'starting',
  'running',
  'shedding',
  'backingOff',
  'paused',
  'draining',
  'closed',
]

/** All of them, without their prefix. */
export const families: readonly Family[] = [
  {
    name: 'connections',
    type: 'Gauge',
    help: 'Connections by state; busy ones are leased.',
    label: 'state',
    read: ({ stats: { connecting, idle, busy, validating, closing } }) => ({
      connecting,
      idle,
      busy,
      validating,
      closing,
    }),
  },
  {
    name: 'connections_shared',
    type: 'Gauge',
    help: 'The busy connections that statements of pool.query() share.',
    read: ({ stats }) => ({ '': stats.shared }),
  },
  {
    name: 'statements_under_way',
    type: 'Gauge',
    help: 'Statements of pool.query() under way on shared connections.',
    read: ({ stats }) => ({ '': stats.underWay }),
  },
  {
    name: 'connections_max',
    type: 'Gauge',
    help: 'The maximum number of connections (max).',
    read: ({ stats }) => ({ '': stats.max }),
  },
  {
    name: 'connections_min',
    type: 'Gauge',
    help: 'The number of connections that the pool keeps open (min).',
    read: ({ stats }) => ({ '': stats.min }),
  },
  {
    name: 'held_back',
    type: 'Gauge',
    help: '1 while the pool wants one more connection and the budget that it shares with others (group, fleet) has none left, otherwise 0.',
    read: ({ stats }) => ({ '': Number(stats.heldBack) }),
  },
  {
    name: 'budget_away',
    type: 'Gauge',
    help: "1 while the engine that keeps the budget of the pool's fleet does not answer, otherwise 0.",
    read: ({ stats }) => ({ '': Number(stats.budgetAway) }),
  },
  {
    name: 'budget_connections_max',
    type: 'Gauge',
    help: 'The maximum number of connections of all pools that share the budget of the pool; absent if it shares none.',
    read: ({ stats: { budgetMax } }): Record<string, number> =>
      budgetMax === undefined ? {} : { '': budgetMax },
  },
  {
    name: 'host_state',
    type: 'Gauge',
    help: "1 for the state of the pool's host, 0 for the other states; absent unless the pool belongs to a pool of hosts.",
    label: 'state',
    read: ({ stats: { host } }): Record<string, number> =>
      host === undefined
        ? {}
        : Object.fromEntries(hostStates.map(state => [state, Number(state === host.state)])),
  },
  {
    name: 'host_seeking_callers',
    type: 'Gauge',
    help: 'Callers of the pool of hosts that wait for a suitable host, the same number for each host; absent unless the pool belongs to one.',
    read: ({ stats: { host } }): Record<string, number> => (host === undefined ? {} : { '': host.seeking }),
  },
  {
    name: 'state',
    type: 'Gauge',
    help: '1 for the state that the pool is in (pool.stats().state), 0 for the others.',
    label: 'state',
    read: ({ stats }) =>
      Object.fromEntries(states.map(state => [snake(state), Number(state === stats.state)])),
  },
  {
    name: 'waiting_callers',
    type: 'Gauge',
    help: 'Callers of acquire in the queue.',
    read: ({ stats }) => ({ '': stats.waiting }),
  },
  {
    name: 'lane_connections_max',
    type: 'Gauge',
    help: 'The maximum number of connections of each lane (lanes); absent if the pool has none.',
    label: 'lane',
    read: ({ stats }) => ofLanes(stats, ({ max }) => max),
  },
  {
    name: 'lane_connections_taken',
    type: 'Gauge',
    help: 'Leases of each lane, and its callers that the pool serves next.',
    label: 'lane',
    read: ({ stats }) => ofLanes(stats, ({ taken }) => taken),
  },
  {
    name: 'lane_waiting_callers',
    type: 'Gauge',
    help: 'Callers that wait for their lane to have room.',
    label: 'lane',
    read: ({ stats }) => ofLanes(stats, ({ waiting }) => waiting),
  },
  {
    name: 'oldest_lease_age_seconds',
    type: 'Gauge',
    help: 'How long the longest held lease has been held; 0 = there is none.',
    read: ({ stats, now }) => ({ '': age(stats.oldestLease, now) }),
  },
  {
    name: 'oldest_waiter_age_seconds',
    type: 'Gauge',
    help: 'How long the caller that has waited longest has waited; 0 = none waits.',
    read: ({ stats, now }) => ({ '': age(stats.oldestWaiter, now) }),
  },
  {
    name: 'health',
    type: 'Gauge',
    help: '1 for the status that the pool has (pool.health()), 0 for the others.',
    label: 'status',
    read: ({ health: { status } }) => ({
      ready: Number(status === 'ready'),
      degraded: Number(status === 'degraded'),
      down: Number(status === 'down'),
    }),
  },
  {
    name: 'acquires_total',
    type: 'Counter',
    help: 'Calls of acquire that were answered, by the answer; shed = refused because the pool was overloaded.',
    label: 'outcome',
    read: ({ stats: { acquired, timedOut, aborted, refused, shed } }) => ({
      granted: acquired,
      timed_out: timedOut,
      aborted,
      refused: refused - shed,
      shed,
    }),
  },
  {
    name: 'statements_total',
    type: 'Counter',
    help: 'Statements of pool.query() that were sent on a connection which others may share.',
    read: ({ stats }) => ({ '': stats.statements }),
  },
  {
    name: 'connects_total',
    type: 'Counter',
    help: 'Connects, by whether they succeeded.',
    label: 'outcome',
    read: ({ stats: { opened, failedConnects } }) => ({ succeeded: opened, failed: failedConnects }),
  },
  {
    name: 'closes_total',
    type: 'Counter',
    help: 'Connections that were closed after they had been open, by the reason.',
    label: 'reason',
    read: ({ stats: { closedBy } }) =>
      Object.fromEntries(Object.entries(closedBy).map(([reason, count]) => [snake(reason), count])),
  },
  {
    name: 'leaks_total',
    type: 'Counter',
    help: 'Leases that were reported as leaks (leakWarning), whether they ended later or not.',
    read: ({ stats }) => ({ '': stats.leaked }),
  },
]
