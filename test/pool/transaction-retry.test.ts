// A transaction that lost against others is tried again, when asked: on the same lease, after growing pauses, and not for ever.

import { getEventListeners } from 'node:events'
import { expect, it, vi } from 'vitest'
import { retryDelay } from '../../src/actors/leases/retry.js'
import { type SimulatedConnection, SimulatedError } from '../../src/db/simulated/index.js'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const conflict = (): SimulatedError => new SimulatedError('40001', 'conflict', { fatal: false })

/** Nothing takes time but the pauses. */
async function readyPool(options: PoolOptions = {}) {
  const parts = poolInSimulatedTime(
    { min: 1, max: 1, random: () => 0.5, ...options },
    { queryLatency: 0, resetLatency: 0 },
  )
  await parts.clock.advance(100)
  return parts
}

/** A callback that fails so often before it succeeds, and notes when it was called, on what, in which state. */
function failing(times: number, now: () => number, makeError: () => unknown = conflict) {
  const calls: { at: number; connection: SimulatedConnection; transaction: string; lease: number }[] = []
  const callback = (connection: SimulatedConnection, lease: { id: number }): number => {
    calls.push({ at: now(), connection, transaction: connection.transaction, lease: lease.id })
    if (calls.length <= times) throw makeError()
    return calls.length
  }
  return { calls, callback }
}

it('the pause is from 0 up to a ceiling that doubles from 20 ms to 1 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 2_000].map(failures => retryDelay(failures, 0.5))).toEqual([
    10, 20, 40, 80, 160, 320, 500, 500, 500,
  ])
  expect(retryDelay(3, 0)).toBe(0)
})

it('it is tried again from the beginning, on the same lease, after each pause', async () => {
  const { pool, clock, database } = await readyPool()
  const start = clock.now()
  const { calls, callback } = failing(3, () => clock.now() - start)
  const { signal } = new AbortController()
  const transaction = watch(pool.transaction(callback, { retry: 3, signal }))
  await clock.advance(1_000)
  expect(transaction.value).toBe(4)
  expect(calls.map(({ at }) => at)).toEqual([0, 10, 30, 70])
  expect(new Set(calls.map(({ connection, lease }) => `${connection.id} ${lease}`)).size).toBe(1)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  expect(calls.every(({ transaction }) => transaction === 'open')).toBe(true)
  expect(pool.stats()).toMatchObject({ acquired: 1, released: 1, idle: 1 })
  expect(database.totals).toMatchObject({ queries: 8, resets: 0 })
})

it('so is one that the database refused to commit', async () => {
  const { pool, clock, database } = await readyPool()
  database.change({ serializationFailureRate: 1 })
  let calls = 0
  const transaction = watch(
    pool.transaction(
      () => {
        if (++calls === 3) database.change({ serializationFailureRate: 0 })
        return calls
      },
      { retry: 5 },
    ),
  )
  await clock.advance(1_000)
  expect(transaction.value).toBe(3)
})

it('the last error is thrown as it is when the attempts are used up', async () => {
  const { pool, clock } = await readyPool()
  const errors = [conflict(), conflict(), conflict()]
  const { calls, callback } = failing(3, clock.now, () => errors[calls.length - 1])
  const transaction = watch(pool.transaction(callback, { retry: 2 }))
  await clock.advance(1_000)
  expect(transaction.error).toBe(errors[2])
  expect(calls).toHaveLength(3)
  expect(pool.stats()).toMatchObject({ idle: 1 })
})

it.each([
  ['nobody asked for it', {}, conflict()],
  ['the error is another', { retry: 9 }, new Error('mine')],
  ['the connection broke', { retry: 9 }, new SimulatedError('40001', 'conflict', { fatal: true })],
])('it is not tried again when %s', async (_, options, error) => {
  const { pool, clock } = await readyPool()
  const { calls, callback } = failing(9, clock.now, () => error)
  const transaction = watch(pool.transaction(callback, options))
  await clock.advance(1_000)
  expect(transaction.error).toBe(error)
  expect(calls).toHaveLength(1)
})

it.each([
  ['cannot tell', {}],
  [
    'fails to tell',
    {
      isRetryable: () => {
        throw new Error('driver')
      },
    },
  ],
])('it is not tried again when the driver %s', async (_, verdict) => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 }, {}, ({ transaction }) => {
    const { begin, commit, rollback } = transaction
    return { transaction: { begin, commit, rollback, ...verdict } }
  })
  const error = conflict()
  const callback = vi.fn(() => Promise.reject(error))
  const transaction = watch(pool.transaction(callback, { retry: 9 }))
  await clock.advance(1_000)
  expect(transaction.error).toBe(error)
  expect(callback).toHaveBeenCalledTimes(1)
})

it('an abort ends the pause at once, tells the last error with its reason, and leaves no timer behind', async () => {
  const { pool, clock } = await readyPool({ idleTimeout: Number.POSITIVE_INFINITY })
  const pending = clock.pending
  const controller = new AbortController()
  const { calls, callback } = failing(9, clock.now)
  const transaction = watch(pool.transaction(callback, { retry: 9, signal: controller.signal }))
  await clock.advance(5)
  controller.abort('enough')
  await clock.advance(0)
  expect(transaction.error).toMatchObject({
    code: 'QUERY_ABORTED',
    cause: 'enough',
    thrown: { code: '40001' },
  })
  expect(calls).toHaveLength(1)
  expect(pool.stats()).toMatchObject({ idle: 1 })
  expect(clock.pending).toBe(pending)
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
})

it('an abort during an attempt has it rolled back, and prevents the next', async () => {
  const { pool, clock } = await readyPool()
  for (const failures of [0, 1]) {
    const controller = new AbortController()
    const { calls, callback } = failing(failures, clock.now)
    const abortThenCall = vi.fn((...given: Parameters<typeof callback>) => {
      controller.abort()
      return callback(...given)
    })
    const transaction = watch(pool.transaction(abortThenCall, { retry: 9, signal: controller.signal }))
    await clock.advance(0)
    expect(transaction.error).toMatchObject({ code: 'QUERY_ABORTED' })
    expect(calls).toHaveLength(1)
  }
})

it.each([
  ['the rollback', { rollback: true }],
  ['a commit that the database refuses', { commit: true }],
])('so does an abort during %s that another attempt would follow', async (_, during) => {
  const controller = new AbortController()
  const abort = (): void => controller.abort('enough')
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 }, {}, ({ transaction }) => ({
    transaction: {
      ...transaction,
      commit: () => Promise.reject(conflict()).finally(abort),
      rollback: async connection => {
        await transaction.rollback(connection)
        abort()
      },
    },
  }))
  await clock.advance(100)
  const callback = vi.fn('commit' in during ? async () => {} : () => Promise.reject(conflict()))
  const transaction = watch(pool.transaction(callback, { retry: 9, signal: controller.signal }))
  await clock.advance(1_000)
  expect(transaction.error).toMatchObject({
    code: 'QUERY_ABORTED',
    cause: 'enough',
    thrown: { code: '40001' },
  })
  expect(callback).toHaveBeenCalledTimes(1)
})

it('a connection lost during the pause ends it with the last error', async () => {
  const { pool, clock, database } = await readyPool()
  const { calls, callback } = failing(9, clock.now)
  const transaction = watch(pool.transaction(callback, { retry: 9 }))
  await clock.advance(5)
  database.stop()
  await clock.advance(100)
  expect(transaction.error).toMatchObject({ code: '40001' })
  expect(calls).toHaveLength(1)
  expect(pool.stats()).toMatchObject({ busy: 0, lost: 1 })
})
