// `query_timeout` is pg's own, and yet does not pass while the loop is blocked: an answer that has arrived counts.

import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'

const limit = 500
const slow = 'SELECT pg_sleep(0.02), 1 AS one'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('blocked loop')
})
afterAll(() => backends.stop())

/** Asks, and blocks the loop once what is asked is on its way. */
async function blocking(asked: Promise<pg.QueryResult>): Promise<pg.QueryResult> {
  await new Promise(resolve => setTimeout(resolve, 5))
  await new Promise(resolve => setImmediate(resolve)) // Node looks at its timers next
  const end = performance.now() + 1.3 * limit
  while (performance.now() < end);
  return await asked
}

const timed = (query: object): pg.QueryConfig => query as pg.QueryConfig

/** Uses a client of each kind. */
const kinds: Record<
  string,
  (more: object, use: (client: pg.ClientBase) => Promise<unknown>) => Promise<void>
> = {
  'postgres()': async (more, use) => {
    const pool = createPool(postgres({ ...backends.config, ...more }), { min: 0, max: 1 })
    await pool.use(use).finally(() => pool.close())
  },
  'the drop-in': async (more, use) => {
    const pool = new Pool({ ...backends.config, ...more, max: 1 })
    const client = await pool.connect()
    await use(client).finally(() => client.release(true))
    await pool.end()
  },
}

describe.each(Object.entries(kinds))('a client of %s', (_, use) => {
  it.each<[string, object, (client: pg.ClientBase) => Promise<pg.QueryResult>]>([
    ['of all queries', { query_timeout: limit }, client => client.query(slow)],
    ['of one query', {}, client => client.query(timed({ text: slow, query_timeout: limit }))],
    [
      'of one with a callback',
      { query_timeout: limit },
      client =>
        new Promise((resolve, reject) => {
          client.query('SELECT $1::int AS one, pg_sleep(0.02)', [1], (error, result) =>
            error ? reject(error) : resolve(result),
          )
        }),
    ],
  ])('is answered behind a blocked loop, for all the query_timeout %s', (_, more, ask) =>
    use(more, async client => {
      expect((await blocking(ask(client))).rows).toMatchObject([{ one: 1 }])
    }),
  )

  it('still fails in time, and asks nothing later that was not sent by then', () =>
    use({ query_timeout: 20 }, async client => {
      const [first, second] = await Promise.allSettled([
        client.query('SELECT pg_sleep(0.4)'),
        client.query("SET application_name = 'too late'"),
      ])
      for (const { reason } of [first, second] as PromiseRejectedResult[])
        expect(reason.message).toBe('Query read timeout')
      const { rows } = await client.query(
        timed({ text: "SELECT current_setting('application_name') AS name", query_timeout: 60_000 }),
      )
      expect(rows).toEqual([{ name: 'blocked loop' }])
    }))

  it('takes a query whose text is a getter of its class', () => {
    class Statement {
      readonly query_timeout = 60_000
      readonly values = [1]
      get text(): string {
        return 'SELECT $1::int AS one'
      }
    }
    return use({}, async client => {
      expect((await client.query(timed(new Statement()))).rows).toEqual([{ one: 1 }])
    })
  })
})

it('leaves no timer that holds the process', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
  await kinds['postgres()']?.({ query_timeout: 60_000 }, async client => {
    const before = timers()
    for (let n = 0; n < 20; n++) await client.query('SELECT 1')
    expect(timers()).toBeLessThan(before + 10)
  })
})
