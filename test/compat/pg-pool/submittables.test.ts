// Cursors, streams and queries that submit themselves, through a lent client and through pool.query().

import pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { describe, expect, it } from 'vitest'
import { Pool } from '../../../src/db/pg/index.js'
import { failure, sameOnBoth, tell } from '../../support/both-pools.js'

const series = 'SELECT generate_series(1, $1::int) AS n'

describe('a lent client', () => {
  it('runs cursors and streams as with pg.Pool', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open()
      const client = await pool.connect()
      const cursor = client.query(new Cursor(series, [5]))
      note(await cursor.read(2), await cursor.read(10))
      await cursor.close()
      let sum = 0
      for await (const { n } of client.query(new QueryStream(series, [1_000]))) sum += n
      note(sum)
      const query = new pg.Query('SELECT 1 AS one', (_, { rows }) => note(rows))
      note(client.query(query) === query)
      await new Promise(resolve => query.once('end', resolve))
      client.release()
      note(pool.idleCount)
    })
  })

  it('that is released by the end of a stream can be lent again', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      const client = await pool.connect()
      const stream = client.query(new QueryStream(series, [10]))
      stream.on('end', client.release)
      const rows: unknown[] = []
      for await (const row of stream) rows.push(row)
      note(rows.length, (await pool.query('SELECT 1 AS one')).rows)
    })
  })

  it('that comes back with a cursor open is closed, where pg.Pool’s next borrower waits for ever', async () => {
    await tell('drop-in', async ({ server }) => {
      await using pool = new Pool({ ...server, max: 1, statepool: { resetTimeout: 50 } })
      const client = await pool.connect()
      await client.query(new Cursor(series, [5])).read(1)
      client.release()
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    })
  })
})

describe('pool.query()', () => {
  it('runs a stream to its end and gives the client back, as pg.Pool does', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1 })
      const stream = new QueryStream(series, [100])
      const done = pool.query(stream) as unknown as Promise<unknown>
      let sum = 0
      for await (const { n } of stream) sum += n
      await done
      note(sum, pool.idleCount)
    })
  })

  it('tells a stream’s error, as pg.Pool does', async () => {
    await sameOnBoth(async ({ open, note }) => {
      const pool = open({ max: 1, likePgPool: ['closeOnQueryError'] })
      const stream = new QueryStream('SELEC')
      stream.on('error', error => note('the stream’s', error))
      note(await failure(pool.query(stream) as unknown as Promise<unknown>))
      note((await pool.query('SELECT 1 AS one')).rows)
    })
  })

  it.each([
    ['a cursor', () => new Cursor(series, [3])],
    ['a query with a callback of its own', () => new pg.Query('SELECT 1', () => {})],
  ])('gives the client back after %s too, where pg.Pool loses it', async (_, make) => {
    await tell('drop-in', async ({ server }) => {
      await using pool = new Pool({ ...server, max: 1 })
      const query = make()
      const over = pool.query(query) as unknown as Promise<unknown>
      if (query instanceof Cursor) expect(await query.read(5)).toHaveLength(3)
      await over
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
      expect(pool.totalCount).toBe(1)
    })
  })

  it('gives the client back after a cursor that failed', async () => {
    await tell('drop-in', async ({ server }) => {
      await using pool = new Pool({ ...server, max: 1 })
      const cursor = new Cursor('SELECT 1 / (n - 2) FROM generate_series(1, 3) n')
      const over = failure(pool.query(cursor) as unknown as Promise<unknown>)
      expect(await failure(cursor.read(5))).toMatchObject({ code: '22012' })
      expect(await over).toMatchObject({ code: '22012' })
      expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    })
  })
})
