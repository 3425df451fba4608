// What the PostgreSQL driver sends for a transaction, and what it can do without; and which errors it would try again after.

import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Driver, TransactionSupport } from '../../src/db/driver.js'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

let backends: Backends
let driver: Driver<pg.Client>
let transaction: TransactionSupport<pg.Client>
const opened: pg.Client[] = []
beforeAll(async () => {
  backends = await watchBackends('pg transaction')
  driver = postgres(backends.config)
  if (driver.transaction === undefined) throw new Error('The driver has no transactions.')
  transaction = driver.transaction
})
afterEach(async () => {
  for (const client of opened.splice(0)) driver.destroy(client)
  await until(async () => (await backends.count()) === 0, 'no backend is left')
})
afterAll(() => backends.stop())

/** A connection, and the statements that it was given. */
async function open(): Promise<{ client: pg.Client; sent: () => unknown[] }> {
  const { signal } = new AbortController()
  const client = await driver.connect({ signal, onLost() {} })
  opened.push(client)
  const query = vi.spyOn(client, 'query')
  return { client, sent: () => query.mock.calls.map(([statement]) => statement) }
}

it.each([
  [{}, 'BEGIN'],
  [{ isolation: 'serializable' }, 'BEGIN ISOLATION LEVEL SERIALIZABLE'],
  [{ isolation: 'repeatable read', readOnly: true }, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY'],
  [{ readOnly: false }, 'BEGIN READ WRITE'],
] as const)('begins as %j asks, and ends with one statement', async (options, statement) => {
  const { client, sent } = await open()
  await transaction.begin(client, options)
  await transaction.commit(client)
  await transaction.begin(client, options)
  await transaction.rollback(client)
  expect(sent()).toEqual([statement, 'COMMIT', statement, 'ROLLBACK'])
})

it('sends no rollback after a commit that failed, for that has rolled back by itself', async () => {
  const { client, sent } = await open()
  await client.query('CREATE TEMPORARY TABLE late (value int UNIQUE DEFERRABLE INITIALLY DEFERRED)')
  await transaction.begin(client, {})
  await client.query('INSERT INTO late VALUES (1), (1)')
  await expect(transaction.commit(client)).rejects.toMatchObject({ code: '23505' })
  await transaction.rollback(client)
  expect(sent().at(-1)).toBe('COMMIT')
  expect(await backends.stateOf(client)).toBe('idle')
})

it('waits for the server to be done with a failure before it judges whether a rollback is needed', async () => {
  const { client, sent } = await open()
  await transaction.begin(client, {})
  await client.query('CREATE TEMPORARY TABLE late (value int UNIQUE DEFERRABLE INITIALLY DEFERRED)')
  await client.query('INSERT INTO late VALUES (1), (1)')
  await new Promise<void>((resolve, reject) => {
    client.query('COMMIT', () => transaction.rollback(client).then(resolve, reject)) // within the error's message
  })
  expect(sent().at(-1)).toBe('COMMIT')
  expect(driver.needsReset?.(client)).toBe(false)
})

it('blames a failed commit on its own transaction, not on an earlier one', async () => {
  const { client } = await open()
  for (const statement of ['SELECT 1 / 0', 'SELECT nonsense']) {
    await transaction.begin(client, {})
    const error = await client.query(statement).catch(error => error)
    await client.query('SELECT 1').catch(() => {})
    await expect(transaction.commit(client)).rejects.toMatchObject({ cause: error })
  }
})

it.each(['40001', '40P01'])('would try again after %s, though it be wrapped', code => {
  const error = Object.assign(new Error('from the server'), { code })
  expect(transaction.isRetryable?.(error)).toBe(true)
  expect(transaction.isRetryable?.(new Error('of an ORM', { cause: error }))).toBe(true)
  expect(transaction.isRetryable?.({ code })).toBe(false)
})
