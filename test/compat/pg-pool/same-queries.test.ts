// pool.query() in all its forms: the drop-in answers as pg.Pool does.

import pg from 'pg'
import { describe, it } from 'vitest'
import { called, failure, sameOnBoth } from '../../support/both-pools.js'

describe('pool.query() answers as pg.Pool does', () => {
  it.each<[string, unknown[]]>([
    ['text', ['SELECT 42 AS answer']],
    ['text and values', ['SELECT $1::int + $2::int AS sum', [1, 2]]],
    ['text and no values', ['SELECT 1 AS one', undefined]],
    ['a configuration', [{ text: 'SELECT $1::text AS word', values: ['hello'] }]],
    ['a configuration and values', [{ text: 'SELECT $1::text AS word' }, ['there']]],
    ['rows as arrays', [{ text: 'SELECT 1 AS a, 2 AS a', rowMode: 'array' }]],
    ['a prepared statement', [{ name: 'prepared', text: 'SELECT $1::int AS a', values: [7] }]],
    ['several statements', ['SELECT 1 AS a; SELECT 2 AS b']],
    ['nothing to do', ['']],
  ])('to %s', async (_, args) => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const query = pool.query as (...args: unknown[]) => Promise<unknown>
      note(plain(await query.apply(pool, args)))
      const [error, result] = await called(callback => query.apply(pool, [...args, callback]))
      note(error, plain(result))
    })
  })

  it.each<[string, unknown]>([
    ['an error of SQL', 'SELECT 1 / 0'],
    ['nonsense', 'SELEC'],
    ['null', null],
    ['undefined', undefined],
    ['no text', { text: undefined }],
  ])('to %s', async (_, text) => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ likePgPool: ['closeOnQueryError'] })
      const query = pool.query as (...args: unknown[]) => Promise<unknown>
      note(await failure(query.call(pool, text)))
      note(await called(callback => query.call(pool, text, callback)).then(([error]) => error))
      note((await pool.query('SELECT 1 AS one')).rows)
    })
  })

  it('to a function in the place of the text', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const query = pool.query as (...args: unknown[]) => unknown
      note(await called(callback => note('returned', query.call(pool, callback))))
    })
  })

  it('with what it returns, which with a callback is nothing', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const promise = pool.query('SELECT 1')
      note(promise instanceof Promise)
      await promise
      await called(callback => note(pool.query('SELECT 1', callback)))
    })
  })

  it('when many run at once', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 3 })
      pool.removeAllListeners()
      const queries = Array.from({ length: 50 }, (_, n) => pool.query('SELECT $1::int AS n', [n]))
      note((await Promise.all(queries)).map(({ rows }) => rows[0].n))
      note(pool.totalCount <= 3, pool.waitingCount)
    })
  })

  it('in the stack of an error, which leads to whoever waits for the query', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      pool.removeAllListeners()
      async function someoneWhoWaits() {
        await pool.query('SELECT 1 / 0')
      }
      const error = (await failure(someoneWhoWaits())) as Error
      note(error.stack?.includes('someoneWhoWaits'))
    })
  })

  it('with the types that the configuration asks for', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const getTypeParser = () => (text: string) => `<${text}>`
      const pool = open({ types: { getTypeParser } as pg.CustomTypesConfig })
      note((await pool.query('SELECT 1 AS one')).rows)
      note((await pool.query({ text: 'SELECT 2 AS two', types: pg.types })).rows)
    })
  })
})

/** A result without what belongs to the machinery. */
function plain(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(plain)
  if (typeof result !== 'object' || result === null) return result
  const { command, rowCount, rows, fields } = result as pg.QueryResult
  return { command, rowCount, rows, fields: fields.map(field => field.name) }
}
