// Without callbacks, too, a caller of the drop-in hears of its query in its own async context; mysql2 emits in that of the socket.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Connection, Pool, Query } from 'mysql2'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'

const context = new AsyncLocalStorage<number>()
type Tell = (event: string) => void

/** Tells of each event of a query. */
function listen(query: Query, tell: Tell): void {
  for (const event of ['fields', 'result', 'error', 'end']) query.on(event, () => tell(event))
}

const onConnection =
  (ask: (connection: Connection, tell: Tell) => void) =>
  (pool: Pool, tell: Tell): void =>
    pool.getConnection((_, connection) => {
      ask(connection, event => {
        tell(event)
        if (event === 'end') connection.release()
      })
    })

const forms: Record<string, (pool: Pool, tell: Tell) => void> = {
  "pool.query(sql).on('result')": (pool, tell) => listen(pool.query('SELECT 1 UNION SELECT 2'), tell),
  "pool.query(sql) that fails .on('error')": (pool, tell) =>
    listen(pool.query('SELECT * FROM no_such_table'), tell),
  "connection.query(sql).on('result')": onConnection((connection, tell) =>
    listen(connection.query('SELECT 1'), tell),
  ),
  "connection.query(sql, callback).on('end')": onConnection((connection, tell) =>
    connection.query('SELECT 1', () => tell('callback')).on('end', () => tell('end')),
  ),
  "connection.execute(sql).on('result')": onConnection((connection, tell) =>
    listen((connection.execute as (sql: string) => Query)('SELECT 1'), tell),
  ),
  'pool.query(sql).stream()': (pool, tell) =>
    pool
      .query('SELECT 1 UNION SELECT 2')
      .stream()
      .on('data', () => tell('data'))
      .on('end', () => tell('end')),
}

describe.skipIf(mariadbMissing())('in the drop-in', () => {
  const { create } = useMysqlPool()

  it.each(Object.entries(forms))('%s emits in the context of its own caller', async (_, ask) => {
    const pool = create({ connectionLimit: 2 })
    const callers = Array.from({ length: 20 }, (_, n) => n)
    const ask1 = (n: number): Promise<Set<unknown>> =>
      context.run(
        n,
        () =>
          new Promise(resolve => {
            const seen = new Set<unknown>()
            ask(pool, event => {
              seen.add(context.getStore())
              if (event === 'end') resolve(seen)
            })
          }),
      )
    expect(await Promise.all(callers.map(ask1))).toEqual(callers.map(n => new Set([n])))
  })
})

describe.skipIf(mariadbMissing())('a callback that is told of an error', () => {
  const { create } = useMysqlPool()

  it('is told in the midst of mysql2 asking for its connection, and what it asks of another has its context all the same', async () => {
    const pool = create({ connectionLimit: 2 })
    const seen = await new Promise<unknown>((resolve, reject) =>
      pool.getConnection((_, connection) =>
        context.run(5, () =>
          pool.execute('SELECT ?', [undefined as never], error => {
            if (!error) reject(new Error('it was run'))
            connection.query('SELECT 1', () => {
              resolve(context.getStore())
              connection.release()
            })
          }),
        ),
      ),
    )
    expect(seen).toBe(5)
  })
})

describe.skipIf(mariadbMissing())('a listener of `enqueue`', () => {
  const { create, borrow } = useMysqlPool()

  it('that asks for a connection while a query with a time limit asks for its own gets one for as long as it likes, in its context', async () => {
    const pool = create({ connectionLimit: 1 })
    const holder = await borrow(pool)
    const asked = new Promise<unknown[]>(resolve =>
      pool.once('enqueue', () =>
        context.run(7, () =>
          pool.getConnection((_, connection) => {
            const seen = [context.getStore()]
            connection.query({ sql: 'SELECT SLEEP(0.3)', timeout: 20 }, () =>
              setImmediate(() => {
                seen.push(context.getStore())
                connection.query('SELECT 1', error => {
                  connection.release()
                  resolve([...seen, error])
                })
              }),
            )
          }),
        ),
      ),
    )
    pool.query({ sql: 'SELECT 1', timeout: 60_000 }, () => {})
    holder.release()
    expect(await asked).toEqual([7, 7, null])
  })
})
