// A diagnosis is a list of findings, the worst first, made from facts alone: with who holds what and what to do.
import { describe, expect, it } from 'vitest'
import { diagnose, type PoolFacts } from '../../src/actors/watching/diagnosis.js'
import { ConnectError } from '../../src/index.js'

const calm: PoolFacts = {
  now: 100_000,
  state: 'running',
  stateSince: 1_000,
  min: 1,
  max: 2,
  established: 2,
  connecting: 0,
  total: 2,
  leases: [],
  waiting: 0,
  oldestWaiter: undefined,
  connects: undefined,
  leakWarning: Number.POSITIVE_INFINITY,
}

const lease = (id: number, heldFor: number) => ({
  lease: id,
  connection: `connection-${id}`,
  serial: id,
  heldFor,
  acquiredAt: calm.now - heldFor,
  leaked: false,
  acquiredFrom: `at order (file:///app/orders.js:${id}:1)`,
})

const error = new ConnectError('CONNECT_FAILED', 'db:5432', 'connect ECONNREFUSED.', { remedy: 'Start it.' })
const kinds = (facts: Partial<PoolFacts>) =>
  diagnose({ ...calm, ...facts }, 10_000).map(({ kind, severity }) => `${severity}: ${kind}`)

describe('a diagnosis', () => {
  it('finds nothing in a pool that serves', () => {
    expect(kinds({ leases: [lease(1, 50_000), lease(2, 40_000)] })).toEqual([])
  })

  it('finds that no host will do, whatever the budget had to say before', () => {
    const spent = { budget: 'the fleet "f"', max: 1, holders: [] }
    const none = { established: 0, connecting: 1, total: 1, waiting: 1, oldestWaiter: 99_000 }
    expect(kinds(none)).toEqual([])
    expect(kinds({ ...none, budget: spent })).toEqual([])
    expect(kinds({ ...none, budget: spent, lacking: 'No host would do so far' })).toEqual(['down: stalled'])
    expect(kinds({ ...none, oldestWaiter: 90_000 })).toEqual(['down: stalled'])
  })

  it('finds a lane whose callers wait for long, although the pool serves others', () => {
    const lane = { name: 'reports', max: 2, waiting: 1, oldestWaiter: 85_000 }
    const lanes = [{ ...lane, name: 'mail', waiting: 0, oldestWaiter: undefined }, lane]
    expect(diagnose({ ...calm, lanes }, 10_000)).toMatchObject([
      {
        kind: 'lane full',
        severity: 'degraded',
        what: "The lane 'reports' has no room (lanes.reports.max is 2): 1 caller waits for it, the longest for 15,000 ms.",
        since: 95_000,
      },
    ])
    expect(kinds({ lanes, state: 'paused' })).toEqual(['degraded: paused'])
    expect(kinds({ lanes: [{ ...lane, oldestWaiter: 90_001 }] })).toEqual([])
  })

  it('puts what keeps the pool from serving before what only slows it', () => {
    const connects = { since: 5, count: 3, lastError: error }
    const leases = [lease(1, 50_000), lease(2, 40_000)]
    expect(kinds({ leases, connects, leakWarning: 45_000, waiting: 1, oldestWaiter: 60_000 })).toEqual([
      'down: stalled',
      'degraded: connects failing',
      'degraded: leaked',
    ])
  })

  it('names the holders, the longest first, and what to do', () => {
    const leases = [lease(1, 50_000), lease(2, 40_000)]
    const [finding] = diagnose({ ...calm, leases, leakWarning: 30_000 }, 10_000)
    expect(finding).toMatchObject({ kind: 'leaked', severity: 'down', holders: leases, since: 90_000 })
    expect(finding?.what).toContain('acquired at order (file:///app/orders.js:1:1)')
    expect(finding?.remedy).toMatch(/^Release leases in a finally block/)
  })

  it('has the connect error and the driver’s remedy', () => {
    const connects = { since: 5, count: 1, lastError: error }
    expect(diagnose({ ...calm, connects, established: 0 }, 10_000)).toEqual([
      {
        kind: 'database down',
        severity: 'down',
        what: 'The database is down: no connection is left, and the last connect failed: connect ECONNREFUSED.',
        remedy: 'Start it.',
        since: 5,
        holders: [],
        error,
      },
    ])
  })

  it('says only that a pool is closed, whatever else is wrong with it', () => {
    const connects = { since: 5, count: 1, lastError: error }
    expect(kinds({ state: 'closed', connects, established: 0 })).toEqual(['down: closed'])
    expect(kinds({ state: 'draining', connects, established: 0 })).toEqual(['down: draining'])
  })

  it('blames no stall on callers of a paused pool, nor on those who wait for a database that is down', () => {
    const waiting = { waiting: 3, oldestWaiter: 0 }
    expect(kinds({ ...waiting, state: 'paused' })).toEqual(['degraded: paused'])
    const connects = { since: 5, count: 1, lastError: error }
    expect(kinds({ ...waiting, connects, established: 0 })).toEqual(['down: database down'])
  })

  it('finds connections stuck in validation or reset, which no caller holds', () => {
    const [finding] = diagnose({ ...calm, waiting: 0, oldestWaiter: 80_000 }, 10_000)
    expect(finding?.what).toBe(
      "No caller has got a connection for 20,000 ms: 1 caller waits, the longest for 20,000 ms; none of the pool's 2 connections can be leased.",
    )
  })
})
