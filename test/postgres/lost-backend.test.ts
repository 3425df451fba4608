// A backend that is terminated, idle or busy, is replaced; nobody gets it, and nothing is left unhandled.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import { startPostgres } from '../../support/postgres-server.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('lost backend')
})
afterAll(() => backends.stop())

it('while idle: it is reported as lost, and the next caller gets another one', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  const first = await pool.use(client => client)
  const lost: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.lost') lost.push(event.error)
  })
  await backends.terminate(first)
  await until(() => pool.stats().lost === 1, 'the pool has heard of it')
  const answer = await pool.use(async client => {
    expect(client).not.toBe(first)
    return (await client.query('SELECT 42 AS answer')).rows
  })
  expect(answer).toEqual([{ answer: 42 }])
  expect(lost).toMatchObject([{ code: '57P01' }])
})

it('while busy: the query fails, the lease says that it has ended, and the one who waits gets another one', async () => {
  await using pool = createPool(postgres(backends.config), { min: 1, max: 1 })
  const lease = await pool.acquire()
  const { connection } = lease
  const query = connection.query('SELECT pg_sleep(60)').catch(error => error)
  const next = pool.use(client => client.query('SELECT 42 AS answer'))
  await until(async () => (await backends.stateOf(connection)) === 'active', 'the query runs')
  await backends.terminate(connection)
  expect(await query).toMatchObject({ code: '57P01' })
  expect((await next).rows).toEqual([{ answer: 42 }])
  expect(lease.held).toBe(false)
  expect(() => lease.connection).toThrow(expect.objectContaining({ code: 'LEASE_REVOKED' }))
  lease.release() // late, and harmless
  expect(pool.stats()).toMatchObject({ lost: 1, idle: 1, total: 1 })
})

it('all of them, again and again: everybody is served in the end', async () => {
  await using pool = createPool(postgres(backends.config), { min: 3, max: 5 })
  await pool.ready()
  for (let round = 0; round < 5; round++) {
    const work = Array.from({ length: 20 }, () =>
      pool
        .use(client => client.query('SELECT 1'))
        .then(
          () => 'served',
          error => error.code,
        ),
    )
    await backends.terminateAll()
    for (const outcome of await Promise.all(work)) expect(['served', '57P01']).toContain(outcome)
  }
  await until(() => pool.stats().idle >= 3, 'min connections are up again')
})

it('with the whole server, which is restarted: those who wait are served when it is back', async () => {
  const server = await startPostgres()
  try {
    await using pool = createPool(postgres(server.connectionString), { min: 2, max: 4 })
    await pool.ready()
    await server.kill()
    await until(() => pool.stats().state === 'backingOff', 'the pool has noticed')
    const waiting = pool.use(client => client.query('SELECT 42 AS answer'))
    await server.restart()
    expect((await waiting).rows).toEqual([{ answer: 42 }])
    await pool.ready()
  } finally {
    await server.stop()
  }
})
