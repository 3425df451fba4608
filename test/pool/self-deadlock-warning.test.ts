// deadlockCheck 'warn': an acquire that could never be served waits all the same, and the process is told.

import { afterEach, expect, it, vi } from 'vitest'
import { AcquireTimeoutError, SelfDeadlockError } from '../../src/index.js'
import { openedPool, pausedWork } from '../support/nested-uses.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

afterEach(() => {
  vi.restoreAllMocks()
})

it('with a warning and a notice that say where it was, and then waits until its time is up', async () => {
  const warnings = catchWarnings()
  const { pool, clock, notices } = await openedPool(1, { deadlockCheck: 'warn', acquireTimeout: 500 })
  const acquireAgain = () => pool.acquire()
  const outer = watch(pool.use(() => acquireAgain()))
  await clock.advance(0)
  expect(notices).toMatchObject([{ type: 'acquire.deadlocked', error: { leases: [1] } }])
  expect(warnings).toEqual([
    {
      type: 'PoolDeadlockWarning',
      code: 'STATEPOOL_DEADLOCK',
      text: expect.stringMatching(/^Pool ".*": This acquire would wait forever\.\n {2}Why: .*lease 1/),
      detail: expect.stringMatching(/^at acquireAgain \(.*self-deadlock-warning\.test\.ts/),
    },
  ])
  await clock.advance(499)
  expect(outer.state).toBe('pending')
  await clock.advance(1)
  expect(outer.error).toBeInstanceOf(AcquireTimeoutError)
  expect(outer.error).toMatchObject({ obstacle: 'self-deadlock', deadlocked: [1] })
  expect((outer.error as Error).message).toContain('self-deadlock: this caller held lease 1')
  expect(pool.stats()).toMatchObject({ refused: 0, timedOut: 1 })
})

it('and is served when somebody makes room after all', async () => {
  catchWarnings()
  const { pool, clock, notices } = await openedPool(1, { deadlockCheck: 'warn' })
  const outer = watch(pool.use(() => pool.use(() => 'served')))
  await clock.advance(50)
  pool.resize({ max: 2 })
  await clock.advance(100)
  expect(outer).toMatchObject({ state: 'fulfilled', value: 'served' })
  expect(notices[0]).toMatchObject({ error: expect.any(SelfDeadlockError) })
})

it('and not for one who holds nothing, and only comes after those who wait for each other', async () => {
  catchWarnings()
  const { pool, clock, notices } = await openedPool(1, { deadlockCheck: 'warn' })
  const work = pausedWork<unknown>()
  watch(
    pool.use((_, lease) => {
      lease.release()
      return work.work()
    }),
  )
  await clock.advance(0)
  watch(pool.use(() => pool.acquire()))
  await clock.advance(0)
  expect(notices).toHaveLength(1)
  work.goOn(() => pool.acquire())
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ waiting: 2 })
  expect(notices).toHaveLength(1)
})

it('events$ completes when the pool is closed, as it does without', async () => {
  const { pool, clock } = await openedPool(1, { deadlockCheck: 'warn' })
  let completed = false
  pool.events$.subscribe({
    complete: () => {
      completed = true
    },
  })
  watch(pool.close())
  await clock.advance(20)
  expect(completed).toBe(true)
})
