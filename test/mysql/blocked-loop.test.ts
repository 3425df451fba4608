// A limit of mysql2's own does not pass either while the loop is blocked: an answer that has arrived counts.

import type { Connection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as createDropIn } from '../../src/db/mysql2/promise.js'
import { createPool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'

const limit = 1_000

function block(): void {
  const end = performance.now() + 1.3 * limit
  while (performance.now() < end);
}

/** Asks, and blocks the loop once what is asked is on its way. */
async function blocking<T>(asked: Promise<T>): Promise<T> {
  await new Promise(resolve => setTimeout(resolve, 5))
  await new Promise(resolve => setImmediate(resolve)) // Node looks at its timers next
  block()
  return await asked
}

describe.skipIf(mariadbMissing())('behind a blocked loop', () => {
  let threads: Threads
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())

  it('a connect succeeds, with `connectTimeout` of the driver and of the drop-in', async () => {
    const config = { ...threads.config, connectTimeout: limit }
    const pool = createPool(mysql(config), { min: 0, max: 1 })
    const dropIn = createDropIn(config)
    const asked = [pool.use(connection => connection.query('SELECT 1')), dropIn.query('SELECT 1')]
    await blocking(Promise.all(asked))
    await Promise.all([pool.close(), dropIn.end()])
  })

  it.each<[string, (connection: Connection) => Promise<unknown>]>([
    ['query', connection => connection.query({ sql: 'SELECT SLEEP(0.02)', timeout: limit })],
    ['execute', connection => connection.execute({ sql: 'SELECT SLEEP(0.02)', timeout: limit })],
  ])('%s({ timeout }) is answered', async (_, ask) => {
    const pool = createPool(mysql(threads.config), { min: 0, max: 1 })
    await pool.use(connection => blocking(ask(connection)))
    await pool.close()
  })

  it('a query that takes longer than its `timeout` still fails in time, and leaves no timer', async () => {
    const pool = createPool(mysql(threads.config), { min: 0, max: 1 })
    const asked = pool.use(connection => connection.query({ sql: 'SELECT SLEEP(30)', timeout: 20 }))
    await expect(asked).rejects.toMatchObject({ code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
    const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    await pool.use(async connection => {
      await connection.query('SELECT 1')
      const before = timers()
      for (let n = 0; n < 20; n++) await connection.query({ sql: 'SELECT 1', timeout: 60_000 })
      expect(timers()).toBeLessThan(before + 10)
    })
    await pool.close()
  })

  it('no command with a limit has an accessor or a closure of its own, each of which would be a hidden class', async () => {
    const pool = createPool(mysql(threads.config), { min: 0, max: 1 })
    await pool.use(async promising => {
      type Callbacks = { query(options: object, done: () => void): object }
      const { connection: callbacks } = promising as unknown as { connection: Callbacks }
      const own = async (): Promise<PropertyDescriptorMap> => {
        let command: object = {}
        await new Promise<void>(resolve => {
          command = callbacks.query({ sql: 'SELECT 1', timeout: 60_000 }, resolve)
        })
        return Object.getOwnPropertyDescriptors(command)
      }
      const [one, other] = [await own(), await own()]
      expect(Object.keys(one)).toEqual(Object.keys(other))
      expect(Object.values(one).filter(({ get }) => get !== undefined)).toEqual([])
      expect(one._handleTimeoutError?.value).toBe(other._handleTimeoutError?.value)
    })
    await pool.close()
  })
})
