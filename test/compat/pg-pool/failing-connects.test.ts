// When no connection can be opened: callers are told at once, and why, as by pg.Pool; but the server is not stormed.

import type pg from 'pg'
import { expect, it } from 'vitest'
import type { Pool, PoolConfig } from '../../../src/db/pg/index.js'
import { startFaultProxy } from '../../../support/fault-proxy.js'
import { failure, sameOnBoth } from '../../support/both-pools.js'
import { dropIn, server } from '../../support/drop-in.js'
import { startSilentServer } from '../../support/silent-server.js'
import { until } from '../../support/until.js'

it.each<[string, pg.PoolConfig]>([
  ['nothing listens', { port: 1 }],
  ['there is no such database', { database: 'there_is_none' }],
  ['the password is wrong', { password: 'wrong' }],
  ['the password function fails', { password: () => Promise.reject(new Error('no token')) }],
])('connect() and query() reject with the driver’s own error when %s', async (_, config) => {
  await sameOnBoth(async ({ open, note }) => {
    const pool = open(config)
    const error = (await failure(pool.connect())) as Error & { code?: unknown }
    note(error, error.code)
    note(await failure(pool.query('SELECT 1')))
    note(pool.totalCount, pool.waitingCount)
  })
})

it('connect() rejects with what onConnect or a connect listener threw', async () => {
  await sameOnBoth(async ({ open, note }) => {
    const pool = open({ onConnect: () => Promise.reject(new Error('no')) as unknown as undefined })
    note(await failure(pool.connect()), pool.totalCount)
  })
  await using pool = dropIn()
  const mistake = new Error('not this one')
  pool.once('connect', () => Promise.reject(mistake))
  expect(await failure(pool.connect())).toBe(mistake)
})

it('a server that does not answer costs its callers connectionTimeoutMillis, in pg.Pool’s words', async () => {
  const silent = await startSilentServer()
  await sameOnBoth(async ({ open, note }) => {
    const pool = open({ host: silent.host, port: silent.port, connectionTimeoutMillis: 50 })
    note(await failure(pool.connect()))
  })
  await silent.stop()
})

it('a thousand callers in an outage cause few connects, and are all told', async () => {
  let connects = 0
  await using pool = dropIn({ port: 1, log: word => word === 'connecting new client' && connects++ })
  const errors = await Promise.all(Array.from({ length: 1_000 }, () => failure(pool.query('SELECT 1'))))
  expect(errors).toHaveLength(1_000)
  for (const error of errors) expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  expect(connects).toBeLessThan(30)
})

it('a server that was there is waited for when it is away, within connectionTimeoutMillis', async () => {
  const proxy = await startFaultProxy(server())
  const { host, port } = proxy
  const failing: PoolConfig = { likePgPool: ['failWhenDown'] }
  const [waiting, asPgPool] = [{}, failing].map(more =>
    dropIn({ host, port, max: 1, connectionTimeoutMillis: 20_000, ...more }),
  ) as [Pool, Pool]
  for (const pool of [waiting, asPgPool]) await pool.query('SELECT 1')
  await proxy.refuse()
  proxy.reset()
  await until(() => waiting.totalCount + asPgPool.totalCount === 0, 'both have lost their client')
  expect(await failure(asPgPool.query('SELECT 1'))).toMatchObject({ code: 'ECONNREFUSED' })
  let settled = false
  const asked = waiting.query('SELECT 42 AS answer').finally(() => {
    settled = true
  })
  await until(() => waiting.statepool.stats().failedConnects > 0, 'a connect has failed')
  expect(settled).toBe(false)
  await proxy.pass()
  expect((await asked).rows).toEqual([{ answer: 42 }])
  await Promise.all([waiting.end(), asPgPool.end()])
  await proxy.close()
})

it('callers wait for a database that has never been there if they are told to', async () => {
  await using pool = dropIn({ port: 1, connectionTimeoutMillis: 200, statepool: { whenDown: 'wait' } })
  expect(await failure(pool.query('SELECT 1'))).toMatchObject({
    code: 'ACQUIRE_TIMEOUT',
    waited: expect.any(Number),
  })
})
