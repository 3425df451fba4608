// A PostgreSQL server that shuts down or crashes under its clients: each connection is told of once, and none crashes the process.

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { type PostgresServer, startPostgres } from '../../support/postgres-server.js'
import { until } from '../support/until.js'

const { signal } = new AbortController()

describe('when the PostgreSQL server', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.stop())

  it.each([
    ['shuts down and comes back', () => server.restart()],
    ['crashes', () => server.kill()],
  ])(
    '%s, its idle and its busy connections are lost once each, and new ones work after it',
    async (_, end) => {
      if (server.pid === undefined) await server.restart()
      const driver = postgres(server.connectionString)
      const reasons: unknown[] = []
      const open = (): Promise<pg.Client> =>
        driver.connect({ signal, onLost: reason => reasons.push(reason) })
      const [, busy] = await Promise.all([open(), open()])
      const query = busy.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
      await end()
      await until(() => reasons.length >= 2, 'both are lost')
      expect(driver.isFatal?.(await query)).toBe(true)
      if (server.pid === undefined) await server.restart()
      const client = await open()
      await client.query('SELECT 1')
      await driver.close(client)
      expect(reasons).toHaveLength(2)
      expect(reasons.map(reason => driver.isFatal?.(reason))).toEqual([true, true])
    },
  )

  it("is out of reach, the socket's error is fatal to the query that met it, although the same from elsewhere is not", async () => {
    if (server.pid === undefined) await server.restart()
    const driver = postgres(server.connectionString)
    const reasons: unknown[] = []
    const client = await driver.connect({ signal, onLost: reason => reasons.push(reason) })
    const query = client.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
    const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    client.connection.stream.destroy(reset())
    expect(await query).toMatchObject({ code: 'ECONNRESET' })
    expect(driver.isFatal?.(await query)).toBe(true)
    expect(driver.isFatal?.(reset())).toBe(false)
    expect(reasons).toEqual([await query])
  })
})
