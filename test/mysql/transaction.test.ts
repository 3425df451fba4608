// pool.transaction() on a real MariaDB: what is kept, what is tried again, and what a caught deadlock must not hide.

import type { Connection, RowDataPacket } from 'mysql2/promise'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool, type Pool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'

/** Lets so many callers go on at the same time, once; whoever comes later passes. */
function barrier(callers: number): () => Promise<void> {
  let arrived = 0
  let open: () => void = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return () => {
    if (++arrived === callers) open()
    return opened
  }
}

describe.skipIf(mariadbMissing())('a transaction on MariaDB', () => {
  let threads: Threads
  let pool: Pool<Connection>
  let resets = 0
  beforeAll(async () => {
    threads = await watchThreads()
    return () => threads.stop()
  })
  beforeEach(async () => {
    const driver = mysql(threads.config)
    const reset: typeof driver.reset = async (...given) => {
      resets++
      await driver.reset?.(...given)
    }
    resets = 0
    pool = createPool({ ...driver, reset }, { min: 2, max: 2 })
    await pool.use(async connection => {
      await connection.query('CREATE OR REPLACE TABLE account (owner varchar(9) PRIMARY KEY, balance int)')
      await connection.query("INSERT INTO account VALUES ('ada', 100), ('bob', 0)")
    })
  })
  afterEach(async () => {
    expect(pool.stats()).toMatchObject({ busy: 0, closed: 0 })
    await pool.close()
  })

  const add = (connection: Connection, owner: string, amount: number): Promise<unknown> =>
    connection.query('UPDATE account SET balance = balance + ? WHERE owner = ?', [amount, owner])
  const balances = async (): Promise<number[]> => {
    const [rows] = await pool.use(connection =>
      connection.query<RowDataPacket[]>('SELECT balance FROM account ORDER BY owner'),
    )
    return rows.map(row => row.balance)
  }

  it('keeps what succeeded, and nothing of what threw', async () => {
    await pool.transaction(connection => add(connection, 'bob', 5))
    const failing = pool.transaction(async connection => {
      await add(connection, 'bob', 7)
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await balances()).toEqual([100, 5])
    expect(resets).toBe(0)
  })

  it('keeps the rest when a statement failed and the callback went on, as MySQL has it', async () => {
    await pool.transaction(async connection => {
      await add(connection, 'bob', 5)
      await expect(connection.query("INSERT INTO account VALUES ('ada', 1)")).rejects.toThrow('Duplicate')
    })
    expect(await balances()).toEqual([100, 5])
  })

  it('that may only read, cannot write', async () => {
    const writing = pool.transaction(connection => add(connection, 'bob', 5), { readOnly: true })
    await expect(writing).rejects.toMatchObject({ errno: 1792 })
    expect(await balances()).toEqual([100, 0])
  })

  it('is isolated as asked, and the next one is as the session has it', async () => {
    const level = async (connection: Connection): Promise<unknown> => {
      await connection.query('SELECT * FROM account')
      const sql =
        'SELECT trx_isolation_level AS level FROM information_schema.innodb_trx WHERE trx_mysql_thread_id = ?'
      return (await threads.ask(sql, [connection.threadId]))[0]?.level
    }
    expect(await pool.transaction(level, { isolation: 'serializable' })).toBe('SERIALIZABLE')
    await new Promise(resolve => setTimeout(resolve, 150)) // InnoDB shows what was true up to 100 ms ago
    expect(await pool.transaction(level)).toBe('REPEATABLE READ')
  })

  const payBothWays = (
    pay: (from: string, to: string, amount: number, arrive: () => Promise<void>) => Promise<void>,
  ): Promise<PromiseSettledResult<void>[]> => {
    const arrive = barrier(2)
    return Promise.allSettled([pay('ada', 'bob', 30, arrive), pay('bob', 'ada', 10, arrive)])
  }

  it('is tried again after a deadlock, when asked to', async () => {
    let attempts = 0
    const outcomes = await payBothWays((from, to, amount, arrive) =>
      pool.transaction(
        async connection => {
          attempts++
          await add(connection, from, -amount)
          await arrive()
          await add(connection, to, amount)
        },
        { retry: 10 },
      ),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(attempts).toBeGreaterThan(2)
    expect(await balances()).toEqual([80, 20])
  })

  it('is not said to be committed when its callback caught the deadlock that had ended it', async () => {
    const outcomes = await payBothWays((from, to, amount, arrive) =>
      pool.transaction(async connection => {
        await add(connection, from, -amount)
        await arrive()
        await add(connection, to, amount).catch(() => {})
      }),
    )
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const failure = outcomes.find(outcome => outcome.status === 'rejected')?.reason
    expect(failure).toMatchObject({
      message: expect.stringContaining('not committed'),
      cause: { errno: 1213 },
    })
  })
})
