// What no answer of the server tells ends with the lease all the same: locks of tables, and transactions that only read.

import type { Connection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as createCallbackPool } from '../../src/db/mysql2/index.js'
import { createPool as createPromisePool } from '../../src/db/mysql2/promise.js'
import { createPool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'

type Work<T> = (connection: Pick<Connection, 'query' | 'execute'>) => Promise<T>

interface Form {
  use<T>(work: Work<T>): Promise<T>
  readonly opened: number
  end(): Promise<void>
}

type Config = Threads['config'] & { multipleStatements: true }

/** One connection each. */
const forms: Record<string, (config: Config) => Form> = {
  driver(config) {
    const pool = createPool(mysql(config), { min: 0, max: 1 })
    return {
      use: work => pool.use(work),
      get opened() {
        return pool.stats().opened
      },
      end: () => pool.close(),
    }
  },
  'drop-in with callbacks'(config) {
    const pool = createCallbackPool({ ...config, connectionLimit: 1 })
    return {
      use: work =>
        new Promise((resolve, reject) => {
          pool.getConnection((error, connection) => {
            if (error) return reject(error)
            work(connection.promise())
              .finally(() => connection.release())
              .then(resolve, reject)
          })
        }),
      get opened() {
        return pool.statepool.stats().opened
      },
      end: () => new Promise(resolve => pool.end(() => resolve())),
    }
  },
  'drop-in with promises'(config) {
    const pool = createPromisePool({ ...config, connectionLimit: 1 })
    return {
      async use(work) {
        const connection = await pool.getConnection()
        return work(connection).finally(() => connection.release())
      },
      get opened() {
        return pool.statepool.stats().opened
      },
      end: () => pool.end(),
    }
  },
}

describe.skipIf(mariadbMissing()).each(Object.entries(forms))('the next holder, by %s,', (name, open) => {
  let threads: Threads
  let form: Form
  beforeAll(async () => {
    threads = await watchThreads()
    const { database } = threads.config
    for (const table of ['one', 'other'])
      await threads.ask('CREATE TABLE ??.?? (n int PRIMARY KEY)', [database, table])
    await threads.ask('SET SESSION lock_wait_timeout = 3')
  })
  afterEach(() => form.end())
  afterAll(() => threads.stop())

  const start = (): void => {
    form = open({ ...threads.config, multipleStatements: true })
  }
  const write = (table: string): Promise<unknown> =>
    form.use(c => c.query(`REPLACE INTO ${table} VALUES (1)`))
  const both = async (): Promise<void> => {
    for (const table of ['one', 'other']) await write(table)
  }
  const writeBeside = (): Promise<unknown> =>
    threads.ask('REPLACE INTO ??.one VALUES (2)', [threads.config.database])

  it.each([
    'LOCK TABLES one WRITE',
    'lock  table one read',
    'SELECT 1; LOCK TABLES one WRITE',
    "SET @q = CONCAT('LOCK TA', 'BLES one WRITE'); EXECUTE IMMEDIATE @q",
  ])('and other sessions write as they like after %s', async sql => {
    start()
    await form.use(async c => {
      await c.query(sql)
      await c.query('SELECT n FROM one')
    })
    await writeBeside()
    await both()
    expect(form.opened).toBe(1)
  })

  it('and other sessions alter a table that a HANDLER has open', async () => {
    start()
    await form.use(c => c.query('HANDLER one OPEN'))
    await threads.ask('ALTER TABLE ??.one COMMENT ?', [threads.config.database, 'altered'])
    await both()
    expect(form.opened).toBe(1)
  })

  it('and other sessions can end a prepared XA transaction', async () => {
    start()
    const xid = `${threads.config.database}_${name}`
    await form.use(c =>
      c.query(`XA START '${xid}'; REPLACE INTO one VALUES (7); XA END '${xid}'; XA PREPARE '${xid}'`),
    )
    await write('other')
    await threads.ask('XA ROLLBACK ?', [xid])
    expect(form.opened).toBe(2)
  })

  it('is told once of a lock that no text shows, and then it is gone', async () => {
    start()
    await form.use(c => c.query('LOCK /* by a comment */ TABLES one WRITE'))
    await expect(write('other')).rejects.toMatchObject({ errno: 1100 })
    await both()
    await writeBeside()
    expect(form.opened).toBe(1)
  })

  it.each([
    'SET SESSION TRANSACTION READ ONLY',
    'SET @@session.tx_read_only = 1',
    'SELECT 1; set session transaction isolation level serializable, read only',
    'SET TRANSACTION READ ONLY',
  ])('writes after %s', async sql => {
    start()
    await form.use(c => c.query(sql))
    await both()
    expect(form.opened).toBe(1)
  })

  it('is refused once by a session that no text shows to be read-only, and then writes', async () => {
    start()
    await form.use(c => c.query('SET SESSION TRANSACTION READ /* and no more */ ONLY'))
    await expect(write('one')).rejects.toMatchObject({ errno: 1792 })
    await both()
    expect(form.opened).toBe(1)
  })

  it('keeps what the application has set in its sessions when a transaction that only reads was asked to write', async () => {
    start()
    await form.use(async c => {
      await c.query("SET @kept = 'yes'")
      await c.query('START TRANSACTION READ ONLY')
      await expect(c.query('REPLACE INTO one VALUES (1)')).rejects.toMatchObject({ errno: 1792 })
    })
    const [rows] = await form.use(c => c.query('SELECT @kept AS kept'))
    expect(rows).toEqual([{ kept: 'yes' }])
    await both()
  })

  it('costs no round trip where nothing was left behind', async () => {
    start()
    await form.use(async c => {
      await c.query('LOCK TABLES one WRITE')
      await c.query('UNLOCK TABLES')
      await c.query('START TRANSACTION READ ONLY')
      await c.query('COMMIT')
    })
    const questions = (): Promise<number> =>
      form.use(async c => {
        const [rows] = await c.query("SHOW SESSION STATUS LIKE 'Questions'")
        return Number((rows as { Value: string }[])[0]?.Value)
      })
    const before = await questions()
    await form.use(c => c.query("SET @text = 'lock the tables, for readers only'"))
    expect(await questions()).toBe(before + 2)
  })
})

describe.skipIf(mariadbMissing())('a pool whose onConnect sets READ ONLY', () => {
  it('stays so after each refused write, on one connection', async () => {
    const threads = await watchThreads()
    await threads.ask('CREATE TABLE ??.one (n int)', [threads.config.database])
    const onConnect = async (c: Connection): Promise<void> =>
      void (await c.query('SET SESSION TRANSACTION READ ONLY'))
    const pool = createPool(mysql({ ...threads.config, onConnect }), { min: 0, max: 1 })
    for (let time = 0; time < 3; time++)
      await expect(pool.use(c => c.query('INSERT INTO one VALUES (1)'))).rejects.toMatchObject({
        errno: 1792,
      })
    expect(pool.stats().opened).toBe(1)
    await pool.close()
    await threads.stop()
  })
})
