// A connection whose transaction could not be ended is never lent on, and one that is gone is not spoken to.

import { expect, it, vi } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import { SimulatedError } from '../../src/db/simulated/index.js'
import type { PoolNotice, PoolOptions, TransactionSupport } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

type Support = TransactionSupport<SimulatedConnection>

async function poolWith(changes: Partial<Support> = {}, options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({ min: 1, max: 1, ...options }, {}, ({ transaction }) => ({
    transaction: { ...transaction, ...changes },
  }))
  await parts.clock.advance(100)
  const destroyed: PoolNotice[] = []
  parts.pool.events$.subscribe(event => {
    if (event.type === 'lease.destroyed') destroyed.push(event)
  })
  return { ...parts, destroyed }
}

const never = (): Promise<void> => new Promise(() => {})
const broken = new SimulatedError('08006', 'connection failure', { fatal: true })
const mine = new Error('mine')

it.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
])('when the rollback %s, the callback’s error is thrown and the connection closed', async (_, rollback) => {
  const { pool, clock, destroyed } = await poolWith({ rollback })
  const transaction = watch(pool.transaction(() => Promise.reject(mine)))
  await clock.advance(20)
  expect(transaction.error).toBe(mine)
  await clock.advance(200)
  expect(destroyed).toMatchObject([
    { error: { code: 'RESET_FAILED', message: expect.stringContaining('rolled back: no') } },
  ])
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2, closed: 1 })
})

it('when the rollback is never answered, its deadline is that of a reset', async () => {
  const { pool, clock, destroyed } = await poolWith({ rollback: never }, { resetTimeout: 700 })
  const transaction = watch(pool.transaction(() => Promise.reject(mine)))
  await clock.advance(709)
  expect(transaction.state).toBe('pending')
  await clock.advance(1)
  expect(transaction.error).toBe(mine)
  await clock.advance(200)
  expect(destroyed).toMatchObject([{ error: { code: 'RESET_TIMEOUT' } }])
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2 })
})

it('when the begin is never answered, its deadline is that of a validation', async () => {
  const { pool, clock, destroyed } = await poolWith({ begin: never }, { validateTimeout: 600 })
  const callback = vi.fn()
  const transaction = watch(pool.transaction(callback, { retry: 3 }))
  await clock.advance(600)
  expect(transaction.error).toMatchObject({ code: 'VALIDATION_TIMEOUT', connection: 'connection-1' })
  expect(String(transaction.error)).toContain(
    'beginning a transaction took longer than 600 ms (validateTimeout)',
  )
  await clock.advance(200)
  expect(destroyed).toHaveLength(1)
  expect(callback).not.toHaveBeenCalled()
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2 })
})

it.each(['begin', 'commit'] as const)('a fatal error of the %s closes the connection', async method => {
  const rollback = vi.fn(never)
  const { pool, clock, destroyed } = await poolWith({ [method]: () => Promise.reject(broken), rollback })
  const transaction = watch(pool.transaction(() => {}, { retry: 3 }))
  await clock.advance(200)
  expect(transaction.error).toBe(broken)
  expect(rollback).not.toHaveBeenCalled()
  expect(destroyed).toMatchObject([{ error: broken }])
  expect(pool.stats()).toMatchObject({ idle: 1, opened: 2 })
})

it.each(['begin', 'commit'] as const)(
  'any other error of the %s is rolled back, and costs no connection',
  async method => {
    const refused = new SimulatedError('23505', 'unique violation', { fatal: false })
    const { pool, clock, database } = await poolWith({ [method]: () => Promise.reject(refused) })
    const transaction = watch(pool.transaction(() => {}))
    await clock.advance(200)
    expect(transaction.error).toBe(refused)
    expect(database.connections).toMatchObject([{ transaction: 'none' }])
    expect(pool.stats()).toMatchObject({ idle: 1, opened: 1 })
  },
)

it('a fatal error of the callback closes the connection without a rollback', async () => {
  const rollback = vi.fn(never)
  const { pool, clock, destroyed } = await poolWith({ rollback })
  const transaction = watch(pool.transaction(() => Promise.reject(broken)))
  await clock.advance(200)
  expect(transaction.error).toBe(broken)
  expect(rollback).not.toHaveBeenCalled()
  expect(destroyed).toMatchObject([{ error: broken }])
})

it('a connection lost under the callback is sent nothing, and the callback’s error is thrown', async () => {
  const rollback = vi.fn(never)
  const { pool, clock, database } = await poolWith({ rollback })
  const transaction = watch(
    pool.transaction(
      connection => {
        database.kill(connection)
        throw mine
      },
      { retry: 3 },
    ),
  )
  await clock.advance(200)
  expect(transaction.error).toBe(mine)
  expect(rollback).not.toHaveBeenCalled()
  expect(pool.stats()).toMatchObject({ idle: 1, lost: 1 })
})

it('a connection lost under a callback that succeeds all the same is no success', async () => {
  const commit = vi.fn(never)
  const { pool, clock, database } = await poolWith({ commit })
  const transaction = watch(pool.transaction(connection => database.kill(connection)))
  await clock.advance(200)
  expect(transaction.error).toMatchObject({ code: 'LEASE_REVOKED' })
  expect(String(transaction.error)).toContain('was not committed: the connection was lost')
  expect(commit).not.toHaveBeenCalled()
})

it('a connection lost during the commit passes the driver’s error on', async () => {
  const { pool, clock, database } = await poolWith()
  const transaction = watch(pool.transaction(() => {}, { retry: 3 }))
  await clock.advance(15)
  database.stop()
  await clock.advance(200)
  expect(transaction.error).toMatchObject({ code: '57P01' })
  expect(pool.stats()).toMatchObject({ busy: 0, lost: 1 })
})
