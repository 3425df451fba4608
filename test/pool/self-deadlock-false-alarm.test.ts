// Nobody is told of a deadlock while anything at all could still free a connection.

import { expect, it } from 'vitest'
import { openedPool, pausedUse, pausedWork } from '../support/nested-uses.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('while one of the holders does not wait', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const [waiting, working] = [pausedUse(pool), pausedUse<string>(pool)]
  await clock.advance(0)
  waiting.goOn(() => pool.use(async () => 'served'))
  await clock.advance(1_000)
  expect(waiting.outcome.state).toBe('pending')
  working.goOn(async () => 'done')
  await clock.advance(0)
  expect(waiting.outcome).toMatchObject({ value: 'served' })
  expect(notices).toEqual([])
})

it('while a connection is lent to somebody who did not use use(), and who may be anybody', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const bare = await pool.acquire()
  const task = watch(pool.use(() => pool.use(() => 'served')))
  await clock.advance(10)
  bare.release()
  await clock.advance(0)
  expect([task.value, notices]).toEqual(['served', []])
})

it('while the pool may open another connection, or is opening one', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 3, deadlockCheck: 'error' })
  await clock.advance(100)
  const task = watch(pool.use(() => pool.use(() => pool.use(() => 'served'))))
  await clock.advance(300)
  expect(task.value).toBe('served')
})

it('while a connection is made clean after its last use, or says goodbye', async () => {
  const { pool, clock } = await openedPool(2)
  const dirty = await pool.acquire()
  dirty.connection.query('BEGIN')
  await clock.advance(10)
  dirty.release()
  expect(pool.stats()).toMatchObject({ validating: 1 })
  const first = watch(pool.use(() => pool.use(() => 'served')))
  await clock.advance(10)
  expect(first.value).toBe('served')

  const spent = await openedPool(2, { maxUses: 1 })
  ;(await spent.pool.acquire()).release()
  expect(spent.pool.stats()).toMatchObject({ closing: 1 })
  const second = watch(spent.pool.use(() => spent.pool.use(() => 'served')))
  await spent.clock.advance(110)
  expect(second.value).toBe('served')
})

it('for one who does not wait: with a timeout of 0 it is told what everybody is told', async () => {
  const { pool, clock } = await openedPool(1)
  const task = watch(pool.use(() => pool.acquire({ timeout: 0 })))
  await clock.advance(0)
  expect(task.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
})

it('for the parts of one task of which one goes on', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const task = watch(
    pool.use(() =>
      Promise.all(
        [1, 2, 3].map(part => pool.use(connection => connection.query('SELECT 1').then(() => part))),
      ),
    ),
  )
  await clock.advance(30)
  expect([task.value, notices]).toEqual([[1, 2, 3], []])
})

it('for one who gave the connection back before', async () => {
  const { pool, clock } = await openedPool(1)
  const task = watch(
    pool.use((_, lease) => {
      lease.release()
      const next = pool.acquire()
      return Promise.all([next, pool.use(() => 'served'), next.then(other => other.release())])
    }),
  )
  await clock.advance(0)
  expect(task.value?.[1]).toBe('served')
})

it('for what goes on after the callback that started it is over: nobody waits for that', async () => {
  const { pool, clock, notices } = await openedPool(2)
  const [later, work] = [pausedWork<string>(), pausedWork<string>()]
  const start = () => {
    later.work()
  }
  const first = watch(
    pool.use(async () => {
      await pool.use(start)
      return work.work()
    }),
  )
  await clock.advance(0)
  const second = pausedUse<string>(pool)
  await clock.advance(0)
  later.goOn(() => pool.use(() => 'late'))
  await clock.advance(0)
  second.goOn(() => pool.use(() => 'served'))
  await clock.advance(0)
  expect([second.outcome.state, pool.stats().waiting, notices]).toEqual(['pending', 2, []])
  work.goOn(async () => 'done')
  await clock.advance(0)
  expect([first.value, second.outcome.value]).toEqual(['done', 'served'])
})

it('for a listener of events$ that uses the pool in the course of somebody’s callback', async () => {
  const { pool, clock, notices } = await openedPool(2)
  let audit = watch(Promise.resolve('nothing yet'))
  const [inner, work] = [pausedWork<void>(), pausedWork<string>()]
  const first = watch(
    pool.use(async () => {
      await pool.use(inner.work) // its end is published from within this callback
      return work.work()
    }),
  )
  await clock.advance(0)
  const second = pausedUse<string>(pool)
  pool.events$.subscribe(event => {
    if (event.type === 'lease.released' && event.lease === 2) audit = watch(pool.use(() => 'audited'))
  })
  inner.goOn(async () => {})
  await clock.advance(0)
  second.goOn(() => pool.use(() => 'served'))
  await clock.advance(0)
  expect([audit.state, first.state, second.outcome.state]).toEqual(['pending', 'pending', 'pending'])
  work.goOn(async () => 'done')
  await clock.advance(0)
  expect([audit.value, first.value, second.outcome.value]).toEqual(['audited', 'done', 'served'])
  expect(notices).toEqual([])
})
