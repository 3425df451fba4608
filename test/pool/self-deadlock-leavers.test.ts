// Only who waits is counted: not who gave up, timed out or was served, and not who waits for another pool.

import { expect, it } from 'vitest'
import { openedPool, pausedUse } from '../support/nested-uses.js'
import { watch } from '../support/pool-in-simulated-time.js'

const never = () => new Promise<string>(() => {})

it('a waiter who gave up and goes on with other work', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const [first, second] = [pausedUse<string>(pool), pausedUse<string>(pool)]
  await clock.advance(0)
  const controller = new AbortController()
  first.goOn(() => pool.acquire({ signal: controller.signal }).then(never, never))
  await clock.advance(0)
  controller.abort()
  await clock.advance(0)
  second.goOn(() => pool.use(() => 'served'))
  await clock.advance(1_000)
  expect(second.outcome.state).toBe('pending')
  expect(notices).toEqual([])
})

it('a waiter whose time was up', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const [first, second] = [pausedUse<string>(pool), pausedUse<string>(pool)]
  await clock.advance(0)
  first.goOn(() => pool.acquire({ timeout: 50 }).then(never, never))
  await clock.advance(50)
  second.goOn(() => pool.use(() => 'served'))
  await clock.advance(1_000)
  expect(second.outcome.state).toBe('pending')
  expect(notices).toEqual([])
})

it('a waiter who was served, until it wants one more', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const bare = await pool.acquire()
  const inner = watch(pool.use(() => pool.use(() => pool.use(() => 'never'))))
  await clock.advance(0)
  expect(notices).toEqual([])
  bare.release()
  await clock.advance(0)
  expect(inner.error).toMatchObject({ code: 'SELF_DEADLOCK', leases: [3, 2] })
})

it('a waiter who was served, and what it is part of, when both go on', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const bare = await pool.acquire()
  const first = watch(pool.use(() => pool.use(() => 'served').then(never)))
  await clock.advance(0)
  bare.release()
  await clock.advance(0)
  const second = watch(pool.use(() => pool.use(() => 'not yet')))
  await clock.advance(1_000)
  expect([first.state, second.state, notices]).toEqual(['pending', 'pending', []])
})

it('a holder who waits for another pool is not waiting for this one', async () => {
  const one = await openedPool(1)
  const other = await openedPool(1)
  const blocking = await other.pool.acquire()
  const task = watch(one.pool.use(() => other.pool.use(() => 'served')))
  await one.clock.advance(0)
  const next = watch(one.pool.use(() => 'next'))
  await one.clock.advance(0)
  blocking.release()
  await other.clock.advance(0)
  await one.clock.advance(0)
  expect([task.value, next.value]).toEqual(['served', 'next'])
})

it('each pool sees its own circle through the other one', async () => {
  const one = await openedPool(1)
  const other = await openedPool(1)
  const task = watch(one.pool.use(() => other.pool.use(() => one.pool.acquire())))
  await one.clock.advance(0)
  expect(task.error).toMatchObject({ code: 'SELF_DEADLOCK', leases: [1] })
  expect(other.pool.stats()).toMatchObject({ idle: 1, refused: 0 })
})

it('a pool that was given more room has somebody to serve', async () => {
  const { pool, clock } = await openedPool(1)
  const task = watch(
    pool.use(() => {
      pool.resize({ max: 2 })
      return pool.use(() => 'served')
    }),
  )
  await clock.advance(100)
  expect(task.value).toBe('served')
})
