// pool.transaction begins, calls, commits what the callback did, and rolls it back when the callback throws.

import { expect, it, vi } from 'vitest'
import { type SimulatedConnection, SimulatedError } from '../../src/db/simulated/index.js'
import { LeaseError } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function readyPool(...args: Parameters<typeof poolInSimulatedTime>) {
  const parts = poolInSimulatedTime({ min: 1, max: 1, ...args[0] }, args[1], args[2])
  await parts.clock.advance(100)
  return parts
}

/** A pool whose driver notes what it is asked to do with transactions. */
async function notedPool(...[options, settings]: Parameters<typeof poolInSimulatedTime>) {
  const asked: unknown[] = []
  const parts = await readyPool(options, settings, ({ transaction: inner }) => ({
    transaction: {
      ...inner,
      begin: (connection, options) => {
        asked.push('begin', options)
        return inner.begin(connection, options)
      },
      commit: connection => {
        asked.push('commit')
        return inner.commit(connection)
      },
      rollback: connection => {
        asked.push('rollback')
        return inner.rollback(connection)
      },
    },
  }))
  return { ...parts, asked }
}

it('commits, answers what the callback answered, and needs no reset', async () => {
  const { pool, clock, database } = await readyPool()
  const [connection] = database.connections
  const seen: unknown[] = []
  const transaction = watch(
    pool.transaction(async (given, lease) => {
      seen.push(given === connection, lease.connection === connection, given.transaction)
      await given.query('INSERT')
      return 42
    }),
  )
  await clock.advance(29)
  expect(transaction.state).toBe('pending')
  await clock.advance(1)
  expect(transaction).toEqual({ state: 'fulfilled', value: 42 })
  expect(seen).toEqual([true, true, 'open'])
  expect(connection?.transaction).toBe('none')
  expect(pool.stats()).toMatchObject({ busy: 0, idle: 1, released: 1 })
  expect(database.totals).toMatchObject({ queries: 3, resets: 0 })
})

it('takes a callback that is not asynchronous', async () => {
  const { pool, clock } = await readyPool()
  const transaction = watch(pool.transaction(() => 'done'))
  await clock.advance(20)
  expect(transaction.value).toBe('done')
})

it.each([
  [{}, { isolation: undefined, readOnly: undefined }],
  [
    { isolation: 'serializable', readOnly: true },
    { isolation: 'serializable', readOnly: true },
  ],
  [{ readOnly: false }, { isolation: undefined, readOnly: false }],
] as const)('begins as %j asks', async (options, begun) => {
  const { pool, clock, asked } = await notedPool()
  watch(pool.transaction(() => {}, options))
  await clock.advance(20)
  expect(asked).toEqual(['begin', begun, 'commit'])
})

it.each([
  [
    'throws',
    (error: unknown) => {
      throw error
    },
  ],
  ['rejects', (error: unknown) => Promise.reject(error)],
])(
  'rolls back when the callback %s, passes the error on as it is, and keeps the connection',
  async (_, fail) => {
    const { pool, clock, database, asked } = await notedPool()
    const mine = Object.freeze({ mine: true })
    const transaction = watch(pool.transaction(() => fail(mine)))
    await clock.advance(20)
    expect(transaction.error).toBe(mine)
    expect(asked).toEqual(['begin', expect.anything(), 'rollback'])
    expect(database.connections).toMatchObject([{ state: 'open', transaction: 'none' }])
    expect(pool.stats()).toMatchObject({ idle: 1, closed: 0 })
    expect(database.totals.resets).toBe(0)
  },
)

it('rolls back after a query that failed, and passes its error on', async () => {
  const { pool, clock, database } = await readyPool()
  const transaction = watch(
    pool.transaction(async connection => {
      database.change({ queryFailureRate: 1 })
      await connection.query('INSERT').finally(() => database.change({ queryFailureRate: 0 }))
    }),
  )
  await clock.advance(30)
  expect(transaction.error).toBeInstanceOf(SimulatedError)
  expect(database.totals).toMatchObject({ queries: 3, resets: 0, destroyed: 0 })
})

it('does not pass for committed when the callback went on after a query had failed', async () => {
  const { pool, clock, database } = await readyPool()
  const transaction = watch(
    pool.transaction(async connection => {
      database.change({ queryFailureRate: 1 })
      await connection.query('INSERT').catch(() => database.change({ queryFailureRate: 0 }))
      return 'all is well'
    }),
  )
  await clock.advance(30)
  expect(transaction.error).toMatchObject({ code: '25P02' })
  expect(pool.stats()).toMatchObject({ idle: 1, closed: 0 })
})

it('does not pass for committed when the callback gave the connection back itself', async () => {
  const { pool, clock, database } = await readyPool()
  for (const end of ['release', 'destroy'] as const) {
    const transaction = watch(pool.transaction((_, lease) => lease[end]()))
    await clock.advance(200)
    expect(transaction.error).toBeInstanceOf(LeaseError)
    expect(transaction.error).toMatchObject({ code: 'LEASE_RELEASED' })
    expect(String(transaction.error)).toContain('was not committed: the callback released the connection')
    expect(pool.stats()).toMatchObject({ idle: 1, busy: 0 })
  }
  expect(database.totals.resets).toBe(1)
})

it('takes one connection for each call, one within another too', async () => {
  const { pool, clock } = await readyPool({ max: 2 })
  const used: SimulatedConnection[] = []
  const transaction = watch(
    pool.transaction(async outer => {
      used.push(outer)
      await pool.transaction(inner => void used.push(inner))
    }),
  )
  await clock.advance(150)
  expect(transaction.state).toBe('fulfilled')
  expect(new Set(used).size).toBe(2)
})

it('takes acquire’s options, and does not call the callback when there is no connection', async () => {
  const { pool, clock } = await readyPool()
  await pool.acquire()
  const callback = vi.fn()
  const late = watch(pool.transaction(callback, { timeout: 50 }))
  const aborted = watch(pool.transaction(callback, { signal: AbortSignal.abort('enough') }))
  await clock.advance(50)
  expect(late.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeout: 50 })
  expect(aborted.error).toMatchObject({ code: 'ACQUIRE_ABORTED', cause: 'enough' })
  expect(callback).not.toHaveBeenCalled()
})
