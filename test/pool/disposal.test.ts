// `using` and `await using` give leases and pools back at the end of a block.

import { expect, it } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

async function readyPool() {
  const parts = poolInSimulatedTime({ min: 1, max: 1 })
  await parts.clock.advance(100)
  return parts
}

it('await using releases the lease at the end of the block', async () => {
  const { pool } = await readyPool()
  {
    await using lease = await pool.acquire()
    expect(lease.held).toBe(true)
    expect(pool.stats()).toMatchObject({ busy: 1 })
  }
  expect(pool.stats()).toMatchObject({ busy: 0, idle: 1, released: 1 })
})

it('using does too', async () => {
  const { pool } = await readyPool()
  {
    using lease = await pool.acquire()
    expect(lease.held).toBe(true)
  }
  expect(pool.stats()).toMatchObject({ idle: 1 })
})

it('does so when the block throws', async () => {
  const { pool } = await readyPool()
  const block = async () => {
    await using lease = await pool.acquire()
    throw new Error(`thrown while ${lease.id} was held`)
  }
  await expect(block()).rejects.toThrow('thrown while 1 was held')
  expect(pool.stats()).toMatchObject({ idle: 1 })
})

it('leaves alone a lease that was released, destroyed or lost within the block', async () => {
  const { pool, clock, database } = await readyPool()
  {
    await using lease = await pool.acquire()
    lease.release()
  }
  {
    await using lease = await pool.acquire()
    database.kill(lease.connection)
  }
  await clock.advance(100)
  {
    await using lease = await pool.acquire()
    lease.destroy()
  }
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ idle: 1, released: 1, lost: 1, closed: 2 })
})

it('await using closes a pool', async () => {
  const { pool, clock, database } = await readyPool()
  const block = async () => {
    await using mine = pool
    await mine.acquire().then(lease => lease.release())
  }
  const running = block()
  await clock.advance(10)
  await running
  expect(pool.stats()).toMatchObject({ state: 'closed' })
  expect(database.open).toBe(0)
})
