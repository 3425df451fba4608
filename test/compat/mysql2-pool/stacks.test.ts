// With promises, the stack of each error leads to the code that asked; with `trace: false`, which mysql2 has for speed, those of the
// pool do, and those of the server are left alone as in mysql2.

import type { Pool } from 'mysql2/promise'
import { describe, expect, it } from 'vitest'
import { mariadbMissing } from '../../support/mariadb-threads.js'
import { useMysqlPool } from '../../support/mysql-pool.js'

const stackOf = async (failing: Promise<unknown>): Promise<string> => {
  const error = await failing.then(
    () => undefined,
    (error: Error) => error,
  )
  expect(error).toBeInstanceOf(Error)
  return String(error?.stack)
}

const wrong: Record<string, (pool: Pool) => Promise<unknown>> = {
  'pool.query': pool => pool.query('SELECT * FROM no_such_table'),
  'pool.execute': pool => pool.execute('SELECT * FROM no_such_table'),
  'connection.query': async pool => {
    await using connection = await pool.getConnection()
    return await connection.query('SELECT * FROM no_such_table')
  },
  'connection.execute': async pool => {
    await using connection = await pool.getConnection()
    return await connection.execute('SELECT * FROM no_such_table')
  },
}

const refused: Record<string, (pool: Pool) => Promise<unknown>> = {
  'pool.query': pool => pool.query('SELECT 1'),
  'pool.execute': pool => pool.execute('SELECT 1'),
  'pool.getConnection': pool => pool.getConnection(),
}

describe.skipIf(mariadbMissing())("the stack of the drop-in's promises", () => {
  const { create, borrow } = useMysqlPool()

  for (const trace of [undefined, true, false]) {
    describe(`with trace: ${trace}`, () => {
      it.each(Object.entries(wrong))(
        `${trace === false ? 'is left alone' : 'leads to the caller'} for %s that the server refuses`,
        async (_, ask) => {
          const pool = create({ connectionLimit: 1, trace }).promise()
          async function findOrders(): Promise<void> {
            await ask(pool)
          }
          const stack = await stackOf(findOrders())
          expect(stack.includes('stacks.test')).toBe(trace !== false)
          expect(stack).toContain('no_such_table')
        },
      )

      it.each(Object.entries(refused))('leads to the caller for %s that times out', async (_, ask) => {
        const pool = create({ connectionLimit: 1, trace, statepool: { acquireTimeout: 50 } })
        let connection = await borrow(pool).catch(() => undefined)
        while (connection === undefined) connection = await borrow(pool).catch(() => undefined) // it may take longer
        async function findOrders(): Promise<void> {
          await ask(pool.promise())
        }
        expect(await stackOf(findOrders())).toContain('findOrders')
        connection.release()
      })

      it.each(Object.entries(refused))(
        'leads to the caller for %s of a pool that is closed, or cannot connect',
        async (_, ask) => {
          const closed = create({ trace }).promise()
          await closed.end()
          const failing = create({ trace, password: 'wrong' }).promise()
          for (const pool of [closed, failing]) {
            async function findOrders(): Promise<void> {
              await ask(pool)
            }
            expect(await stackOf(findOrders())).toContain('findOrders')
          }
        },
      )
    })
  }
})
