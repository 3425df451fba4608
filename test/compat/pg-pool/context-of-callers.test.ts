// Whoever asks a client of the drop-in by callbacks or listeners hears in its own async context; pg calls back in that of the socket.

import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { describe, expect, it } from 'vitest'
import { dropIn } from '../../support/drop-in.js'

const context = new AsyncLocalStorage<number>()
type Tell = (end?: 'end') => void

const forms: Record<string, (client: pg.ClientBase, tell: Tell) => void> = {
  'query(text, callback)': (client, tell) => client.query('SELECT 1', () => tell('end')),
  'query(text, values, callback)': (client, tell) => client.query('SELECT $1::int', [1], () => tell('end')),
  'query({ text, callback })': (client, tell) =>
    void client.query({ text: 'SELECT 1', callback: () => tell('end') } as never),
  'query(text, callback) that fails': (client, tell) => client.query('SELECT nothing', () => tell('end')),
  'query(new Query(text, callback))': (client, tell) =>
    void client.query(
      new (pg.Query as never as new (...args: unknown[]) => pg.Submittable)('SELECT 1', () => tell('end')),
    ),
  "query(new Query(text)).on('row')": (client, tell) =>
    void client
      .query(new pg.Query('SELECT 1'))
      .on('row', () => tell())
      .on('end', () => tell('end')),
  "query(new Query(text)).on('error')": (client, tell) =>
    void client.query(new pg.Query('SELECT nothing')).on('error', () => tell('end')),
  'query(new Cursor(text)).read(rows, callback)': (client, tell) => {
    const cursor = client.query(new Cursor('SELECT generate_series(1, 3)'))
    cursor.read(1, () => {
      tell()
      cursor.close(() => tell('end'))
    })
  },
  "query(new QueryStream(text)).on('data')": (client, tell) =>
    void client
      .query(new QueryStream('SELECT generate_series(1, 3)'))
      .on('data', () => tell())
      .on('end', () => tell('end')),
}

describe('a client of the drop-in', () => {
  it.each(Object.entries(forms))('%s answers each caller in its own context', async (_, ask) => {
    await using pool = dropIn({ max: 2 })
    const answerTo = (n: number): Promise<Set<unknown>> =>
      context.run(n, async () => {
        const client = await pool.connect()
        const seen = new Set<unknown>()
        await new Promise<void>(resolve => {
          ask(client, end => {
            seen.add(context.getStore())
            if (end) resolve()
          })
        })
        client.release()
        return seen
      })
    const callers = Array.from({ length: 10 }, (_, n) => n)
    expect(await Promise.all(callers.map(answerTo))).toEqual(callers.map(n => new Set([n])))
  })

  it('leaves the configuration of a query as it was, so that it can be used again', async () => {
    await using pool = dropIn({ max: 1 })
    const callback = (): void => {}
    const query = { text: 'SELECT 1', callback }
    const client = await pool.connect()
    client.query(query as never)
    await client.query('SELECT 1')
    expect(query).toEqual({ text: 'SELECT 1', callback })
    client.release()
  })
})
