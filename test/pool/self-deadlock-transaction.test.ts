// deadlockCheck and transactions: a transaction is a use, so what is acquired inside of it is seen; one that is tried again waits for nobody.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { SimulatedError } from '../../src/db/simulated/index.js'
import { AcquireTimeoutError } from '../../src/index.js'
import { openedPool, pausedWork } from '../support/nested-uses.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

afterEach(() => {
  vi.restoreAllMocks()
})

type Pool = Awaited<ReturnType<typeof openedPool>>['pool']

const conflict = (): SimulatedError => new SimulatedError('40001', 'conflict', { fatal: false })

const nested: [string, (pool: Pool) => Promise<unknown>][] = [
  ['acquire', pool => pool.acquire()],
  ['use', pool => pool.use(() => 'never')],
  ['transaction', pool => pool.transaction(() => 'never')],
]

describe.each(nested)('inside a transaction that has the only connection, pool.%s', (_what, call) => {
  it("is refused as a self-deadlock with deadlockCheck 'error'; the transaction is rolled back, and not tried again", async () => {
    const { pool, clock, notices, database } = await openedPool(1)
    const callback = vi.fn(() => call(pool))
    const transaction = watch(pool.transaction(callback, { retry: 3 }))
    await clock.advance(100)
    expect(transaction.error).toMatchObject({ code: 'SELF_DEADLOCK', leases: [1], max: 1 })
    expect(notices).toMatchObject([{ type: 'acquire.refused', error: { code: 'SELF_DEADLOCK' } }])
    expect(callback).toHaveBeenCalledTimes(1)
    expect(pool.stats()).toMatchObject({ idle: 1, waiting: 0, refused: 1 })
    expect(database.connections.map(({ transaction }) => transaction)).toEqual(['none'])
    expect(await Promise.all([pool.use(() => 'next'), clock.advance(10)])).toContain('next')
  })

  it("is warned of with deadlockCheck 'warn', waits until its time is up, and says so then", async () => {
    const warnings = catchWarnings()
    const { pool, clock, notices } = await openedPool(1, { deadlockCheck: 'warn', acquireTimeout: 500 })
    const transaction = watch(pool.transaction(() => call(pool)))
    await clock.advance(100)
    expect(transaction.state).toBe('pending')
    expect(warnings).toMatchObject([{ code: 'STATEPOOL_DEADLOCK', text: expect.stringContaining('lease 1') }])
    expect(notices).toMatchObject([{ type: 'acquire.deadlocked', error: { leases: [1] } }])
    await clock.advance(500)
    expect(transaction.error).toBeInstanceOf(AcquireTimeoutError)
    expect(transaction.error).toMatchObject({ obstacle: 'self-deadlock', deadlocked: [1] })
    expect(warnings).toHaveLength(1)
  })
})

describe('a transaction that is tried again', () => {
  it('raises no alarm about those who wait for its only connection meanwhile', async () => {
    const { pool, clock, notices } = await openedPool(1, { random: () => 0.5 })
    let attempts = 0
    const transaction = watch(
      pool.transaction(
        () => {
          if (++attempts < 4) throw conflict()
          return attempts
        },
        { retry: 3 },
      ),
    )
    const others = [watch(pool.use(() => 'served')), watch(pool.transaction(() => 'served'))]
    await clock.advance(500)
    expect(transaction.value).toBe(4)
    expect(others.map(({ value }) => value)).toEqual(['served', 'served'])
    expect(notices).toEqual([])
  })

  it('may take a second connection in each attempt', async () => {
    const { pool, clock, notices } = await openedPool(2)
    let attempts = 0
    const transaction = watch(
      pool.transaction(
        async () => {
          const inner = await pool.transaction(() => pool.stats().busy)
          if (++attempts < 3) throw conflict()
          return inner
        },
        { retry: 2 },
      ),
    )
    await clock.advance(500)
    expect(transaction.value).toBe(2)
    expect(notices).toEqual([])
  })

  it('is going on, as far as another one is concerned that waits for a second connection', async () => {
    const { pool, clock, notices } = await openedPool(2, { random: () => 0.5 })
    let attempts = 0
    const again = watch(
      pool.transaction(
        () => {
          if (++attempts < 6) throw conflict()
          return attempts
        },
        { retry: 5 },
      ),
    )
    const waiting = watch(pool.transaction(() => pool.use(() => 'served')))
    await clock.advance(100)
    expect([again.state, waiting.state, pool.stats().waiting]).toEqual(['pending', 'pending', 1])
    await clock.advance(1_000)
    expect([again.value, waiting.value]).toEqual([6, 'served'])
    expect(notices).toEqual([])
  })

  it('is named all the same if an attempt closes the circle', async () => {
    const { pool, clock, notices } = await openedPool(2)
    const first = pausedWork<string>()
    const waiting = watch(pool.transaction(first.work))
    let attempts = 0
    const again = watch(
      pool.transaction(
        () => {
          if (++attempts < 3) throw conflict()
          return pool.use(() => 'never')
        },
        { retry: 2 },
      ),
    )
    await clock.advance(10)
    first.goOn(() => pool.use(() => 'served'))
    await clock.advance(500)
    expect(again.error).toMatchObject({ code: 'SELF_DEADLOCK', leases: [2], max: 2 })
    expect([attempts, waiting.value]).toEqual([3, 'served'])
    expect(notices).toHaveLength(1)
  })
})
