// The drop-in for mysql2's pool does what mysql2's pool does, on a real MariaDB, and what that should have done.

import mysql2, { type PoolConnection } from 'mysql2'
import { describe, expect, it, vi } from 'vitest'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'
import { catchWarnings } from '../support/process-warnings.js'
import { until } from '../support/until.js'

const { config } = mysql2.createPool({}) as unknown as { config: { connectionConfig: object } }
/** A younger option than the oldest mysql2 that is tested. */
const hasGracefulEnd = 'gracefulEnd' in config.connectionConfig

describe.skipIf(mariadbMissing())("the drop-in for mysql2's pool", () => {
  const dropIn = useMysqlPool()
  const { create, borrow } = dropIn

  it('is a pool of mysql2 to all who ask', () => {
    const pool = create()
    expect(pool).toBeInstanceOf((mysql2 as unknown as { Pool: typeof Object }).Pool)
    expect(pool.constructor.name).toBe('Pool')
    expect(pool.escape("it's")).toBe("'it\\'s'")
    expect(pool.format('SELECT ??', ['a'])).toBe('SELECT `a`')
  })

  it('opens nothing before a connection is asked for, and lends the same object for the same session', async () => {
    const pool = create()
    expect(pool.statepool.stats().total).toBe(0)
    const first = await borrow(pool)
    first.release()
    const second = await borrow(pool)
    expect(second).toBe(first)
    expect(pool.statepool.stats().total).toBe(1)
    second.release()
  })

  it('queries and executes with callbacks, and gives the connection back each time, also after an error', async () => {
    const pool = create({ connectionLimit: 1 })
    const query = (how: 'query' | 'execute', sql: string, values: number[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const done = (error: Error | null, rows: unknown): void => (error ? reject(error) : resolve(rows))
        if (how === 'query') pool.query(sql, values, done)
        else pool.execute(sql, values, done)
      })
    for (let i = 0; i < 3; i++) {
      expect(await query('query', 'SELECT ? AS n', [i])).toEqual([{ n: i }])
      expect(await query('execute', 'SELECT ? AS n', [i])).toEqual([{ n: i }])
      await expect(query('query', 'SELECT * FROM no_such_table', [])).rejects.toThrow('no_such_table')
      await expect(query('execute', 'SELECT * FROM no_such_table', [])).rejects.toThrow('no_such_table')
    }
    await until(() => pool.statepool.stats().idle === 1, 'it is back')
    expect(pool.statepool.stats().opened).toBe(1)
  })

  it('lends the same connections by the pool beneath, for one borrower, a call or a transaction', async () => {
    const pool = create({ connectionLimit: 1 })
    const announced: unknown[] = []
    pool.on('connection', connection => announced.push(connection))
    const { statepool } = pool
    const lease = await statepool.acquire()
    const { connection } = lease
    await connection.promise().query('CREATE TABLE note (text varchar(40)) ENGINE = InnoDB')
    lease.release()
    await expect(connection.promise().query('SELECT 1')).rejects.toThrow('used after its release')
    await statepool.use(async (same, { id }) => {
      expect(same).toBe(connection)
      expect(same.lease?.id).toBe(id)
      await same.promise().query('SELECT 1')
    })
    const insert = async (same: PoolConnection): Promise<void> => {
      await same.promise().query("INSERT INTO note VALUES ('kept')")
    }
    await statepool.transaction(insert)
    const failing = statepool.transaction(async same => {
      await insert(same)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    const borrowed = await borrow(pool)
    expect((await borrowed.promise().query('SELECT text FROM note'))[0]).toEqual([{ text: 'kept' }])
    borrowed.release()
    expect(announced).toEqual([connection])
  })

  it('says where a connection was taken that is not given back', async () => {
    const warnings = catchWarnings()
    const pool = create({ statepool: { leakWarning: 20 } })
    const takenHere = (): Promise<PoolConnection> => borrow(pool)
    const connection = await takenHere()
    await until(() => warnings.length > 0, 'the leak is told')
    connection.release()
    expect(warnings[0]).toMatchObject({
      code: 'STATEPOOL_LEAK',
      detail: expect.stringContaining('takenHere'),
    })
    vi.restoreAllMocks()
  })

  it('streams rows of pool.query()', async () => {
    const pool = create()
    const rows: unknown[] = []
    for await (const row of pool.query('SELECT 1 AS n UNION SELECT 2').stream()) rows.push(row)
    expect(rows).toEqual([{ n: 1 }, { n: 2 }])
    await until(() => pool.statepool.stats().idle === 1, 'it is back')
  })

  it('rolls back what a borrower left open, before the next one gets the connection', async () => {
    const pool = create({ connectionLimit: 1 })
    const first = await borrow(pool)
    await first.promise().query('START TRANSACTION')
    first.release()
    const second = await borrow(pool)
    expect(second).toBe(first)
    const [rows] = await second.promise().query('SELECT @@in_transaction AS answer')
    expect(rows).toEqual([{ answer: 0 }])
    second.release()
  })

  it('has a connection back, with nothing to be made clean, when the callback of pool.query() is called', async () => {
    const pool = create({ connectionLimit: 1 })
    const idle = await new Promise(resolve =>
      pool.query('SELECT 1', () => resolve(pool.statepool.stats().idle)),
    )
    expect(idle).toBe(1)
  })

  it("takes a release from within a query's callback, without a round trip and without harm", async () => {
    const pool = create({ connectionLimit: 1 })
    const connection = await borrow(pool)
    await new Promise<void>(resolve =>
      connection.query('SELECT 1', () => {
        connection.release()
        resolve()
      }),
    )
    expect(pool.statepool.stats()).toMatchObject({ idle: 1, opened: 1 })
  })

  it('takes a second release for nothing, and answers what is asked after one with an error', async () => {
    const pool = create()
    const connection = await borrow(pool)
    connection.release()
    connection.release()
    await expect(connection.promise().query('SELECT 1')).rejects.toThrow('used after its release')
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    connection.query('SELECT 1')
    await new Promise(setImmediate)
    expect(emitWarning).toHaveBeenCalledOnce()
    emitWarning.mockRestore()
  })

  it('replaces a connection that its borrower destroyed; the query under way fails', async () => {
    const pool = create({ connectionLimit: 1 })
    const connection = await borrow(pool)
    const query = connection
      .promise()
      .query('SELECT SLEEP(60)')
      .catch((error: unknown) => error)
    connection.destroy()
    connection.release()
    expect(await query).toMatchObject({ code: 'PROTOCOL_CONNECTION_LOST' })
    const next = await borrow(pool)
    expect(next).not.toBe(connection)
    next.release()
  })

  it('survives the kill of an idle connection and of a lent one', async () => {
    const pool = create({ connectionLimit: 1 })
    const first = await borrow(pool)
    await dropIn.threads.kill(first.threadId)
    await until(() => pool.statepool.stats().total === 0, 'the loss is seen')
    first.release()
    const second = await borrow(pool)
    second.release()
    await dropIn.threads.kill(second.threadId)
    const third = await borrow(pool)
    await third.promise().ping()
    third.release()
  })

  it('end() waits for what is lent, refuses who waits, and calls back once all are closed', async () => {
    const pool = create({ connectionLimit: 1 })
    const connection = await borrow(pool)
    const waiting = borrow(pool).catch((error: unknown) => error)
    const ended = new Promise<void>(resolve => pool.end(() => resolve()))
    expect(await waiting).toMatchObject({
      code: 'POOL_CLOSED',
      message: 'Pool is closed.',
    })
    await connection.promise().query('SELECT 1')
    connection.release()
    await ended
    expect(await dropIn.threads.count()).toBe(0)
    await expect(borrow(pool)).rejects.toMatchObject({ code: 'POOL_CLOSED' })
    await new Promise<void>(resolve => pool.end(() => resolve()))
  })

  it('connection.end() gives back, with a warning, as in mysql2', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const pool = create()
    const connection = await borrow(pool)
    connection.end()
    expect(warn).toHaveBeenCalledOnce()
    warn.mockRestore()
    expect(await borrow(pool)).toBe(connection)
    connection.release()
  })

  it.runIf(hasGracefulEnd)('connection.end() ends it with gracefulEnd', async () => {
    const graceful = create({ gracefulEnd: true })
    const other = await borrow(graceful)
    other.end()
    await until(() => graceful.statepool.stats().total === 0, 'it has ended')
  })

  it('lends a lost cause to nobody: who asks in the same turn as end() gets its error', async () => {
    const pool = create()
    const asked = borrow(pool).catch((error: unknown) => error)
    pool.end()
    expect(await asked).toMatchObject({ code: 'POOL_CLOSED' })
  })

  it.each(['connection', 'acquire', 'release', 'enqueue'])('emits %s as mysql2 does', async event => {
    const pool = create({ connectionLimit: 1 })
    const seen: unknown[] = []
    pool.on(event, (connection?: PoolConnection) => seen.push(connection))
    const first = await borrow(pool)
    const waiting = borrow(pool)
    first.release()
    const second = await waiting
    second.release()
    const expected = {
      connection: [first],
      acquire: [first, first],
      release: [first, first],
      enqueue: [undefined],
    }
    expect(seen).toEqual(expected[event as keyof typeof expected])
  })

  it("runs what a listener of 'connection' asks before what the borrower asks", async () => {
    const pool = create()
    pool.on('connection', (connection: PoolConnection) => {
      connection.query("SET time_zone = '+05:00'")
    })
    const [rows] = await pool.promise().query('SELECT @@time_zone AS zone')
    expect(rows).toEqual([{ zone: '+05:00' }])
  })
})
