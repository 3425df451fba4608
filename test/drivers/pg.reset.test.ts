// What a borrower of a PostgreSQL connection leaves behind, and what is done about it before the next one gets it.

import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Driver } from '../../src/db/driver.js'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { until } from '../support/until.js'

const { signal } = new AbortController()

describe('a PostgreSQL connection that comes back', () => {
  let backends: Backends
  const opened: (() => void)[] = []

  beforeAll(async () => {
    backends = await watchBackends('pg reset')
  })
  afterEach(async () => {
    for (const destroy of opened.splice(0)) destroy()
    await until(async () => (await backends.count()) === 0, 'no backend is left')
  })
  afterAll(() => backends.stop())

  const open = async (
    more: PostgresConfig = {},
  ): Promise<{ driver: Driver<pg.Client>; client: pg.Client }> => {
    const driver = postgres({ ...backends.config, ...more })
    const client = await driver.connect({ signal, onLost() {} })
    opened.push(() => driver.destroy(client))
    return { driver, client }
  }

  it('in the callback of a query that failed is waited for, not thrown away', async () => {
    const { driver, client } = await open()
    const verdict = await new Promise(resolve => {
      client.query('SELECT 1 / 0', () => {
        const needed = driver.needsReset?.(client)
        driver
          .reset?.(client, { signal })
          .then(() => resolve({ needed, clean: !driver.needsReset?.(client) }), resolve)
      })
    })
    expect(verdict).toEqual({ needed: true, clean: true })
  })

  it('in the callback of a query that began a transaction and failed is rolled back', async () => {
    const { driver, client } = await open()
    await new Promise<void>((resolve, reject) => {
      client.query('BEGIN; COMMIT; BEGIN; SELECT 1 / 0', () => {
        driver.reset?.(client, { signal }).then(resolve, reject)
      })
    })
    expect(await backends.stateOf(client)).toBe('idle')
    await client.query('SELECT 1')
  })

  it('is not used again when another query was queued behind one that failed', async () => {
    const { driver, client } = await open()
    const failed = client.query('SELECT 1 / 0')
    const queued = client.query('SELECT pg_sleep(60)').catch(() => {})
    await expect(failed).rejects.toThrow('division by zero')
    expect(driver.needsReset?.(client)).toBe(true)
    await expect(driver.reset?.(client, { signal })).rejects.toThrow('still running')
    driver.destroy(client)
    await queued
  })

  it("is not used again when a query timed out on the client's side only", async () => {
    const { driver, client } = await open({ query_timeout: 20 })
    const error: unknown = await client.query('SELECT pg_sleep(60)').catch((error: unknown) => error)
    expect(driver.isFatal?.(error)).toBe(true)
    await expect(driver.reset?.(client, { signal })).rejects.toThrow('still running')
  })

  it('keeps what was SET, unless a resetQuery says otherwise', async () => {
    const plain = await open()
    await plain.client.query("SET statement_timeout = '7s'")
    expect(plain.driver.needsReset?.(plain.client)).toBe(false)

    const discarding = await open({ resetQuery: 'DISCARD ALL' })
    await discarding.client.query("SET statement_timeout = '7s'; BEGIN")
    expect(discarding.driver.needsReset?.(discarding.client)).toBe(true)
    await discarding.driver.reset?.(discarding.client, { signal })
    const { rows } = await discarding.client.query('SHOW statement_timeout')
    expect(rows).toEqual([{ statement_timeout: '0' }])
  })

  it('can prepare a statement of the same name again after DISCARD ALL', async () => {
    const { driver, client } = await open({ resetQuery: 'DISCARD ALL' })
    const prepared = { name: 'answer', text: 'SELECT 42 AS answer' }
    await client.query(prepared)
    await driver.reset?.(client, { signal })
    expect((await client.query(prepared)).rows).toEqual([{ answer: 42 }])
  })

  it('is not used again when its resetQuery fails', async () => {
    const { driver, client } = await open({ resetQuery: 'DISCARD NOTHING' })
    await expect(driver.reset?.(client, { signal })).rejects.toThrow('syntax error')
  })

  it("is examined without any of pg's deprecation warnings", async () => {
    const onWarning = vi.fn()
    process.on('warning', onWarning)
    const { driver, client } = await open()
    const query = client.query('BEGIN; SELECT pg_sleep(60)').catch(() => {})
    driver.needsReset?.(client)
    await driver.reset?.(client, { signal })?.catch(() => {})
    driver.destroy(client)
    await query
    await new Promise(setImmediate)
    process.off('warning', onWarning)
    expect(onWarning).not.toHaveBeenCalled()
  })
})
