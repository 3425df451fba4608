// Destroying a PostgreSQL connection whose query runs ends the query on the server too, which would work on otherwise.

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

const { signal } = new AbortController()

describe('destroying a busy PostgreSQL connection', () => {
  let backends: Backends

  beforeAll(async () => {
    backends = await watchBackends('pg destroy')
  })
  afterAll(() => backends.stop())

  it.each([
    ['in the clear', () => ({})],
    ['over TLS', () => ({ ssl: { ca: inject('postgres').cert } })],
  ])('%s ends its backend, which is in the middle of a query', async (_, more: () => PostgresConfig) => {
    const driver = postgres({ ...backends.config, ...more() })
    const client = await driver.connect({ signal, onLost() {} })
    const query = client.query('SELECT pg_sleep(60)').catch(() => {})
    await until(async () => (await backends.stateOf(client)) === 'active', 'the server runs the query')
    driver.destroy(client)
    await query
    await until(async () => (await backends.count()) === 0, 'the backend is gone')
  })

  it('ends backends that had not even begun with the query', async () => {
    const driver = postgres(backends.config)
    for (let i = 0; i < 60; i++) {
      const client = await driver.connect({ signal, onLost() {} })
      client.query('SELECT pg_sleep(60)').catch(() => {})
      driver.destroy(client)
    }
    await until(async () => (await backends.count()) === 0, 'the backends are gone')
  })

  it('says goodbye to a busy connection without waiting for its query', async () => {
    const driver = postgres(backends.config)
    const client = await driver.connect({ signal, onLost() {} })
    const query = client.query('SELECT pg_sleep(60)').catch((error: Error) => error)
    await until(async () => (await backends.stateOf(client)) === 'active', 'the server runs the query')
    await driver.close(client)
    expect(await query).toBeInstanceOf(Error)
    await until(async () => (await backends.count()) === 0, 'the backend is gone')
  })
})
