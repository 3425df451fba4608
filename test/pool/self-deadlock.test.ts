// deadlockCheck 'error': an acquire that could never be served, because all wait for each other, is refused at once.

import { expect, it } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import { SelfDeadlockError } from '../../src/index.js'
import { openedPool, pausedUse, pausedWork } from '../support/nested-uses.js'
import { watch } from '../support/pool-in-simulated-time.js'

it('inside use with max 1: the error says what is held and what to do, and comes from the line that acquired', async () => {
  const { pool, clock, notices } = await openedPool(1)
  const acquireAgain = () => pool.acquire()
  const outer = watch(pool.use(() => acquireAgain()))
  await clock.advance(0)
  const error = outer.error as SelfDeadlockError
  expect(error).toBeInstanceOf(SelfDeadlockError)
  expect(error).toMatchObject({ name: 'SelfDeadlockError', code: 'SELF_DEADLOCK', leases: [1], max: 1 })
  expect(messageOf(error)).toBe(
    'This acquire would wait forever.\n' +
      '  Why: the only connection (max is 1) is already held by the pool.use() call that is acquiring another one (lease 1).\n' +
      '  What to do: pass the connection already held to the code that needs one, or acquire before or after pool.use() rather than inside it; more connections only make this rarer.',
  )
  expect(error.stack?.split('\n').filter(line => line.startsWith('    at'))[0]).toMatch(
    /^ {4}at acquireAgain \(.*self-deadlock\.test\.ts/,
  )
  expect(notices).toMatchObject([{ type: 'acquire.refused', error }])
  expect(pool.stats()).toMatchObject({ idle: 1, waiting: 0, refused: 1 })
})

it('inside use with max 1, by another use, after whatever was awaited before', async () => {
  const { pool, clock } = await openedPool(1)
  const helper = async () => {
    await clock.advance(0)
    return pool.use(() => 'never')
  }
  await expect(
    pool.use(async connection => {
      const query = connection.query('SELECT 1')
      await clock.advance(10)
      await query
      return helper()
    }),
  ).rejects.toMatchObject({ code: 'SELF_DEADLOCK', leases: [1] })
  expect(await pool.use(() => 'next')).toBe('next')
})

it('by as many tasks as there are connections: only the one that closes the circle, and the others are served', async () => {
  const { pool, clock } = await openedPool(3)
  const tasks = [1, 2, 3].map(() => pausedUse<string>(pool))
  await clock.advance(0)
  for (const { goOn } of tasks) {
    goOn(() => pool.use(() => 'served'))
    await clock.advance(0)
  }
  expect(tasks.map(({ outcome }) => outcome.state)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  expect(tasks[2]?.outcome.error).toMatchObject({ leases: [3], max: 3 })
  expect(tasks[2]?.outcome.error).toMatchObject({
    message: expect.stringContaining(
      'all 3 connections (max) are held by pool.use() calls that are waiting for another one, and this caller is inside one of them (lease 3)',
    ),
  })
})

it('by one task with several connections, nested: all of its leases are named, the innermost first', async () => {
  const { pool, clock } = await openedPool(2)
  const task = watch(pool.use(() => pool.use(() => pool.acquire())))
  await clock.advance(0)
  expect(task.error).toMatchObject({ code: 'SELF_DEADLOCK', leases: [2, 1], max: 2 })
  expect(pool.stats()).toMatchObject({ idle: 2, busy: 0 })
})

it('by the parts of one task, when each of them wants more', async () => {
  const { pool, clock } = await openedPool(2)
  const part = pausedWork<unknown>()
  let partial = watch<unknown>(Promise.resolve())
  const whole = watch(
    pool.use(() => {
      partial = watch(pool.use(part.work))
      return pool.use(() => 'served')
    }),
  )
  await clock.advance(0)
  expect([partial.state, whole.state]).toEqual(['pending', 'pending'])
  part.goOn(() => pool.acquire())
  await clock.advance(0)
  expect(partial.error).toMatchObject({ code: 'SELF_DEADLOCK', leases: [2, 1] })
  expect(whole.value).toBe('served')
})

it('whatever its priority', async () => {
  const { pool, clock } = await openedPool(2)
  const tasks = [pausedUse(pool), pausedUse(pool)]
  await clock.advance(0)
  watch(pool.acquire({ priority: 5 })) // holds nothing, and stands in nobody's way
  tasks[0]?.goOn(() => pool.acquire({ priority: -1 }))
  await clock.advance(0)
  tasks[1]?.goOn(() => pool.acquire({ priority: 9 }))
  await clock.advance(0)
  expect(tasks.map(({ outcome }) => outcome.state)).toEqual(['pending', 'rejected'])
  expect(tasks[1]?.outcome.error).toBeInstanceOf(SelfDeadlockError)
})

it('by those who are left after the pool was made smaller', async () => {
  const { pool, clock } = await openedPool(2)
  const tasks = [pausedUse(pool), pausedUse(pool)]
  await clock.advance(0)
  pool.resize({ max: 1 })
  tasks[0]?.goOn(() => pool.acquire())
  await clock.advance(0)
  expect(tasks[0]?.outcome.state).toBe('pending')
  tasks[1]?.goOn(() => pool.acquire())
  await clock.advance(0)
  expect(tasks[1]?.outcome.error).toMatchObject({ leases: [2], max: 1 })
})
