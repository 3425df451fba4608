// What a borrower leaves behind never reaches the next one.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('clean return')
})
afterAll(() => backends.stop())

it('an open transaction is rolled back before the next caller gets the connection', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  const first = await pool.use(async client => {
    await client.query('CREATE TEMPORARY TABLE left_behind (value int)')
    await client.query('BEGIN')
    await client.query('INSERT INTO left_behind VALUES (1)')
    return client
  })
  await pool.use(async client => {
    expect(client).toBe(first)
    const { rows } = await client.query('SELECT count(*)::int FROM left_behind')
    expect(rows).toEqual([{ count: 0 }])
    expect(await backends.stateOf(client)).toBe('idle')
  })
})

it('a failed transaction too: the next borrower’s queries work', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  const broken = pool.use(async client => {
    await client.query('BEGIN')
    await client.query('SELECT 1 / 0')
  })
  await expect(broken).rejects.toMatchObject({ code: '22012' })
  const { rows } = await pool.use(client => client.query('SELECT 42 AS answer'))
  expect(rows).toEqual([{ answer: 42 }])
  expect(pool.stats()).toMatchObject({ opened: 1 })
})

it('a connection whose query is still running is not leased again', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1, resetTimeout: 300 })
  const lease = await pool.acquire()
  const { connection } = lease
  const query = connection.query('SELECT pg_sleep(60)').catch(error => error)
  await until(async () => (await backends.stateOf(connection)) === 'active', 'the query runs')
  lease.release()
  await pool.use(client => expect(client).not.toBe(connection))
  expect(await query).toBeInstanceOf(Error)
  await until(async () => (await backends.stateOf(connection)) === undefined, 'its backend is gone')
})

it('an error of the database does not cost the connection', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  for (let query = 0; query < 50; query++) {
    await expect(pool.use(client => client.query('SELECT nonsense'))).rejects.toMatchObject({ code: '42703' })
  }
  expect(pool.stats()).toMatchObject({ opened: 1, closed: 0 })
})

it('a wrong number of parameters does not cost it either, although the server calls that a protocol violation', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  for (let query = 0; query < 5; query++) {
    const mistaken = pool.use(client => client.query('SELECT $1::int, $2::int', [1]))
    await expect(mistaken).rejects.toMatchObject({ code: '08P01' })
  }
  expect(pool.stats()).toMatchObject({ opened: 1, closed: 0 })
})

it('a pool that is closed in the midst of a rollback waits for it, and leaves no backend behind', async () => {
  const pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  const ends: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') ends.push(event.reason)
  })
  const lease = await pool.acquire()
  await lease.connection.query('BEGIN')
  lease.release()
  expect(pool.stats()).toMatchObject({ validating: 1 })
  await pool.close()
  expect(await backends.count()).toBe(0)
  expect(ends).toEqual(['pool closing'])
})
