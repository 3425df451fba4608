// What a pool lives through while the server that keeps its fleet's budget is away.
import { expect, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { type FleetEngine, fleet } from '../../src/fleet/index.js'
import { createPool } from '../../src/index.js'
import { until } from '../support/until.js'

interface Outage {
  readonly engine: FleetEngine
  /** Ends the server as a crash would. */
  begin(): Promise<void>
  end(): Promise<void>
  /** Closes the engine's client. */
  closeClient(): unknown
}

/** The pool keeps what it has, says so, and goes on by itself when the server is back. */
export async function surviveOutage({ engine, begin, end, closeClient }: Outage): Promise<void> {
  const pool = createPool(simulated({ unhealthyRate: 0, connectLatency: 5 }), {
    fleet: fleet({ name: 'outage', connections: 5, engine, ttl: 1_000 }),
    max: 5,
  })
  onTestFinished(async () => {
    await pool.close({ timeout: 0 })
    await closeClient()
  })
  const told: string[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'pool.budgetAway') told.push(`away: ${event.budget}, floor ${event.floor}`)
    if (event.type === 'pool.budgetBack') told.push('back')
  })
  const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
  await begin()
  await until(() => pool.stats().budgetAway, 'the pool notices')
  const late = pool.acquire()
  expect(pool.stats()).toMatchObject({ total: 3, busy: 3, state: 'running' })
  await end()
  await until(() => !pool.stats().budgetAway, 'the pool is back')
  expect((await late).held).toBe(true)
  expect(pool.stats().total).toBe(4)
  for (const lease of [...leases, await late]) lease.release()
  expect(told.slice(-2)).toEqual([`away: the fleet "outage" (${engine.name}), floor 1`, 'back'])
}
