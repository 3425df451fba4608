// What killed one connection may have killed all: each of the others must prove itself before it is lent again.

import { describe, expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const long = 1_000_000

/** A pool that trusts its connections for a long time. */
async function trusting(min: number, options = {}) {
  const parts = poolInSimulatedTime({
    min,
    max: min,
    maxConnecting: min,
    validateAfter: long,
    keepalive: false,
    ...options,
  })
  await parts.clock.advance(100)
  return parts
}

describe('after a connection was lost', () => {
  it('an idle one is validated before it is leased, although it was used a moment ago, and then trusted again', async () => {
    const { pool, clock, database } = await trusting(2)
    const lease = await pool.acquire()
    database.kill(lease.connection)
    expect(pool.stats().generation).toBe(2)
    const caller = watch(pool.acquire())
    await clock.advance(9)
    expect(caller.state).toBe('pending')
    expect(pool.stats().validating).toBe(1)
    await clock.advance(1)
    caller.value?.release()
    const next = watch(pool.acquire())
    await clock.advance(0)
    expect(next.state).toBe('fulfilled')
  })

  it('one that comes back is validated before the next caller gets it', async () => {
    const { pool, clock, database } = await trusting(2)
    const [mine, other] = await Promise.all([pool.acquire(), pool.acquire()])
    database.kill(other.connection)
    const caller = watch(pool.acquire())
    mine.release()
    await clock.advance(0)
    expect(pool.stats().validating).toBe(1)
    await clock.advance(10)
    expect(caller.state).toBe('fulfilled')
  })

  it('nothing is validated in a pool that was told never to', async () => {
    const { pool, clock, database } = await trusting(2, { validateAfter: false })
    database.kill((await pool.acquire()).connection)
    const caller = watch(pool.acquire())
    await clock.advance(0)
    expect(caller.state).toBe('fulfilled')
  })
})

it('a connection that fails its validation makes the others suspect, too', async () => {
  const { pool, clock, database } = await trusting(2, { keepalive: 500 })
  database.change({ unhealthyRate: 1 })
  await clock.advance(520)
  expect(pool.stats().generation).toBeGreaterThan(1)
})
