// A paused pool lends nothing, and nobody is worse off for it.

import { describe, expect, it } from 'vitest'
import type { PoolError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function running(options = {}) {
  const parts = poolInSimulatedTime({ min: 2, max: 2, ...options })
  await parts.clock.advance(100)
  return parts
}

describe('while a pool is paused', () => {
  it('callers wait although connections are idle, and are served in their order when it resumes', async () => {
    const { pool, clock } = await running()
    pool.pause()
    const granted: string[] = []
    for (const name of ['first', 'second', 'third']) pool.acquire().then(() => granted.push(name))
    await clock.advance(1_000)
    expect(pool.stats()).toMatchObject({ state: 'paused', idle: 2, waiting: 3 })
    expect(granted).toEqual([])
    pool.resume()
    await clock.advance(20)
    expect(granted).toEqual(['first', 'second'])
    expect(pool.stats()).toMatchObject({ state: 'running', waiting: 1 })
  })

  it('one that is being validated for a caller is kept, too, and the caller is the first to be served', async () => {
    const { pool, clock } = await running({ min: 1, max: 1, validateAfter: 0 })
    const first = watch(pool.acquire())
    const second = watch(pool.acquire())
    pool.pause()
    await clock.advance(1_000)
    expect([first.state, second.state]).toEqual(['pending', 'pending'])
    expect(pool.stats()).toMatchObject({ idle: 1, waiting: 2, acquired: 0 })
    pool.resume()
    await clock.advance(10)
    expect([first.state, second.state]).toEqual(['fulfilled', 'pending'])
  })

  it('a connection that comes back is kept, not handed to who waits', async () => {
    const { pool, clock } = await running({ min: 1, max: 1 })
    const lease = await pool.acquire()
    const waiting = watch(pool.acquire())
    pool.pause()
    lease.release()
    await clock.advance(50)
    expect(waiting.state).toBe('pending')
    pool.resume()
    await clock.advance(0)
    expect(waiting.state).toBe('fulfilled')
  })

  it('the time of callers stands still, and goes on where it stopped', async () => {
    const { pool, clock } = await running({ min: 1, max: 1, acquireTimeout: 1_000 })
    await pool.acquire()
    const waiting = watch(pool.acquire())
    await clock.advance(600)
    pool.pause()
    await clock.advance(60_000)
    expect(waiting.state).toBe('pending')
    pool.resume()
    await clock.advance(399)
    expect(waiting.state).toBe('pending')
    await clock.advance(2)
    expect(waiting).toMatchObject({ state: 'rejected', error: { code: 'ACQUIRE_TIMEOUT' } })
  })

  it('the pause begins with the first of several pause() calls, and ends with the first resume()', async () => {
    const { pool, clock } = await running({ min: 1, max: 1, acquireTimeout: 1_000 })
    await pool.acquire()
    const waiting = watch(pool.acquire())
    for (const act of ['resume', 'pause', 'pause', 'resume', 'resume'] as const) {
      pool[act]()
      await clock.advance(300)
    }
    await clock.advance(99) // 300 ms before the pauses, 699 after them
    expect(waiting.state).toBe('pending')
    await clock.advance(1)
    expect([waiting.state, pool.stats().timedOut]).toEqual(['rejected', 1])
  })

  it('the time of a caller who gave options, but no timeout, stands still too', async () => {
    const { pool, clock } = await running({ min: 1, max: 1, acquireTimeout: 1_000 })
    await pool.acquire()
    const waiting = watch(pool.acquire({ priority: 1 }))
    pool.pause()
    await clock.advance(60_000)
    expect(waiting.state).toBe('pending')
  })

  it('a caller who came during the pause has all of its time when it ends', async () => {
    const { pool, clock } = await running({ min: 1, max: 1, acquireTimeout: 1_000 })
    await pool.acquire()
    pool.pause()
    await clock.advance(500)
    const waiting = watch(pool.acquire())
    await clock.advance(5_000)
    pool.resume()
    await clock.advance(999)
    expect(waiting.state).toBe('pending')
    await clock.advance(2)
    expect(waiting.state).toBe('rejected')
  })

  it('a caller with a timeout of its own is told in time that the pool is paused', async () => {
    const { pool, clock } = await running()
    pool.pause()
    const waiting = watch(pool.acquire({ timeout: 200 }))
    await clock.advance(200)
    expect(waiting).toMatchObject({
      state: 'rejected',
      error: { code: 'ACQUIRE_TIMEOUT', obstacle: 'paused', paused: true },
    })
    expect((waiting.error as PoolError).message).toContain('pool.resume()')
  })

  it('a caller who does not want to wait is refused at once', async () => {
    const { pool } = await running()
    pool.pause()
    await expect(pool.acquire({ timeout: 0 })).rejects.toMatchObject({ code: 'POOL_PAUSED' })
  })

  it('nothing is opened; what is missing is opened when it resumes', async () => {
    const { pool, clock, database } = await running()
    pool.pause()
    for (const connection of database.connections) database.kill(connection)
    await clock.advance(10_000)
    expect(pool.stats()).toMatchObject({ total: 0, connecting: 0 })
    pool.resume()
    await clock.advance(100)
    expect(pool.stats()).toMatchObject({ state: 'running', idle: 2 })
  })

  it('it can be closed, and callers are told so', async () => {
    const { pool, clock } = await running()
    pool.pause()
    const waiting = watch(pool.acquire())
    const closing = watch(pool.close())
    await clock.advance(50)
    expect(waiting).toMatchObject({ state: 'rejected', error: { code: 'POOL_CLOSED' } })
    expect(closing.state).toBe('fulfilled')
    expect(clock.pending).toBe(0)
  })

  it('it is ready if it has what it needs', async () => {
    const { pool } = await running()
    pool.pause()
    await expect(pool.ready()).resolves.toBeUndefined()
  })
})

it('pausing and resuming twice is harmless, and is told once', async () => {
  const { pool, clock } = await running()
  const told: string[] = []
  pool.events$.subscribe(({ type }) => {
    if (type === 'pool.paused' || type === 'pool.resumed') told.push(type)
  })
  for (const act of ['pause', 'pause', 'resume', 'resume'] as const) pool[act]()
  await clock.advance(0)
  expect(told).toEqual(['pool.paused', 'pool.resumed'])
})

it.each(['pause', 'resume', 'evict'] as const)('a pool that is closing refuses %s()', async act => {
  const { pool } = await running()
  watch(pool.close())
  expect(() => pool[act]()).toThrow(expect.objectContaining({ code: 'POOL_CLOSED' }))
})
