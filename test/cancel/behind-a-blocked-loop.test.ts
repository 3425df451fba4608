// A cancel that is on its way while the loop is blocked for longer than its deadline: the server's answer counts, and the connection stays.

import type { Connection } from 'mysql2'
import mysql2 from 'mysql2'
import pg from 'pg'
import { afterEach, expect, inject, it, vi } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { postgres } from '../../src/db/pg/index.js'
import { createPool, type Driver } from '../../src/index.js'
import { mariadbMissing, watchThreads } from '../support/mariadb-threads.js'
import { until } from '../support/until.js'

/** Longer than a cancel may take. */
const pause = 2_400

function block(): void {
  const end = performance.now() + pause
  while (performance.now() < end);
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** The loop is blocked right after the call, once what it has written is on its way. */
function blockAfter<T extends object>(prototype: T, method: keyof T, when: (...args: unknown[]) => boolean) {
  const original = prototype[method] as (...args: unknown[]) => unknown
  const spy = vi.spyOn(prototype as Record<string, (...args: unknown[]) => unknown>, method as string)
  return spy.mockImplementation(function (this: unknown, ...args: unknown[]) {
    if (when(...args)) setImmediate(block)
    return original.apply(this, args)
  })
}

async function cancelOnce<C>(
  driver: Driver<C>,
  nap: (connection: C) => Promise<unknown>,
  idOf: (connection: C) => unknown,
): Promise<void> {
  const pool = createPool(driver, { min: 0, max: 1, resetTimeout: 60_000 })
  const session = await pool.use(async connection => idOf(connection))
  const aborting = new AbortController()
  let begun = false
  const work = pool.use(
    connection => {
      begun = true
      return nap(connection)
    },
    { signal: aborting.signal },
  )
  await until(() => begun, 'it has begun')
  await new Promise(resolve => setTimeout(resolve, 50))
  aborting.abort()
  await expect(work).rejects.toMatchObject({ code: 'QUERY_ABORTED' })
  expect(await pool.use(async connection => idOf(connection))).toBe(session)
  expect(pool.stats()).toMatchObject({ opened: 1, lost: 0, closed: 0 })
  await pool.close()
}

it('PostgreSQL: the session stays', async () => {
  const { host, port, user, password, database } = inject('postgres')
  const spy = blockAfter(
    pg.Connection.prototype as unknown as { cancel(...ids: number[]): void },
    'cancel',
    () => true,
  )
  await cancelOnce(
    postgres({ host, port, user, password, database }) as Driver<pg.Client>,
    client => client.query('SELECT pg_sleep(60)'),
    client => (client as unknown as { processID: number }).processID,
  )
  expect(spy).toHaveBeenCalled()
})

it.skipIf(mariadbMissing())('MariaDB: the session stays', async () => {
  const threads = await watchThreads()
  const any = mysql2.createConnection(threads.config).on('error', () => {})
  const connectionClass: Pick<Connection, 'query'> = Object.getPrototypeOf(any)
  any.destroy()
  const kills = (text: unknown) => String(text).startsWith('KILL QUERY')
  const spy = blockAfter(connectionClass, 'query', kills)
  await cancelOnce(
    mysql(threads.config),
    connection => connection.query('SELECT SLEEP(60)'),
    connection => connection.threadId,
  )
  expect(spy.mock.calls.some(([text]) => kills(text))).toBe(true)
  await threads.stop()
})
