// What is half-read at the release (a cursor, a stream, a COPY either way) keeps nobody waiting; what was read to its end costs nothing.

import { once } from 'node:events'
import type pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/core/clock.js'
import { longestDeparture } from '../../src/db/pg/driver/departure.js'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { createPool, type PoolStats } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { CopyFrom, CopyTo, RawCopyTo } from '../support/copy-streams.js'
import { dropIn } from '../support/drop-in.js'
import { patience, slack } from '../support/patience.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('half read')
})
afterAll(() => backends.stop())

interface Subject {
  stats(): PoolStats
  /** Borrows, works, and gives back. */
  use<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** What waits for a deadline waits for longer than a busy machine needs. */
const patient = { resetTimeout: patience, closeTimeout: patience }
const { setTimeout: startTimer } = systemClock
vi.spyOn(systemClock, 'setTimeout').mockImplementation((callback, delay) =>
  startTimer(callback, delay === longestDeparture ? patience : delay),
)

const pools: readonly (readonly [string, () => Subject])[] = [
  [
    'the driver',
    () => {
      const pool = createPool(postgres(backends.config), { min: 0, max: 1, ...patient })
      return { stats: () => pool.stats(), use: work => pool.use(work), close: () => pool.close() }
    },
  ],
  [
    'the drop-in',
    () => {
      const pool = new Pool({ ...backends.config, max: 1, statepool: patient })
      return {
        stats: () => pool.statepool.stats(),
        async use(work) {
          const client = await pool.connect()
          try {
            return await work(client)
          } finally {
            client.release()
          }
        },
        close: () => pool.end(),
      }
    },
  ],
]

type Work = (client: pg.ClientBase) => Promise<unknown>
const many = 'SELECT generate_series(1, 5000000000) AS n'
const few = 'SELECT generate_series(1, 9) AS n'

async function copyFrom(client: pg.ClientBase): Promise<CopyFrom> {
  await client.query('CREATE TEMP TABLE copied (n int)')
  const copy = client.query(new CopyFrom('COPY copied FROM STDIN') as never) as unknown as CopyFrom
  copy.on('error', () => {})
  return copy
}
const copyTo = (client: pg.ClientBase, rows: string): CopyTo => {
  const copy = client.query(new CopyTo(`COPY (${rows}) TO STDOUT`) as never) as unknown as CopyTo
  return copy.on('error', () => {})
}
/** Reads a bit of a stream, and leaves it open. */
const begin = async (stream: NodeJS.ReadableStream): Promise<void> => {
  await once(stream, 'readable')
  stream.read()
}

const halves: readonly (readonly [string, Work])[] = [
  ['a cursor', client => client.query(new Cursor(many)).read(1)],
  ['a cursor that was never read', async client => void client.query(new Cursor(many))],
  [
    'a cursor behind a statement that was not awaited',
    async client => {
      client.query('SELECT pg_sleep(0.05)').catch(() => {})
      client.query(new Cursor(few))
    },
  ],
  ['a query stream', client => begin(client.query(new QueryStream(many)))],
  [
    'a query stream that its reader gave up',
    async client => {
      for await (const _row of client.query(new QueryStream(many))) break
    },
  ],
  ['a COPY to here', client => begin(copyTo(client, many))],
  ['a COPY to here that was never read', async client => void copyTo(client, many)],
  [
    'a COPY to here that its reader gave up',
    async client => {
      for await (const _chunk of copyTo(client, many)) break
    },
  ],
  [
    'a COPY to here that reads from the socket itself',
    async client => {
      const copy = client.query(new RawCopyTo(`COPY (${many}) TO STDOUT`) as never) as unknown as RawCopyTo
      copy.on('error', () => {})
      await new Promise(resolve => copy.once('data', resolve))
      copy.pause()
    },
  ],
  ['a COPY from here without data', copyFrom],
  [
    'a COPY from here in the middle of its data',
    async client => {
      const copy = await copyFrom(client)
      await new Promise(resolve => copy.write('1\n', resolve))
    },
  ],
]

const wholes: readonly (readonly [string, Work])[] = [
  ['a cursor that was read to its end', client => client.query(new Cursor(few)).read(100)],
  [
    'a cursor that was closed',
    async client => {
      const cursor = client.query(new Cursor(many))
      await cursor.read(1)
      await cursor.close()
    },
  ],
  ['a query stream', async client => once(client.query(new QueryStream(few)).resume(), 'end')],
  ['a COPY to here', async client => once(copyTo(client, few).resume(), 'end')],
  ['a COPY from here', async client => once((await copyFrom(client)).end('1\n'), 'finish')],
]

describe.each(pools)('%s', (_, open) => {
  it.each(halves)('serves the next caller without a deadline’s help after %s', async (_, leave) => {
    const pool = open()
    await pool.use(leave)
    const began = performance.now()
    const { rows } = await pool.use(client => client.query('SELECT 1 AS one'))
    expect(performance.now() - began).toBeLessThan(longestDeparture * slack)
    expect(rows).toEqual([{ one: 1 }])
    expect(await backends.count()).toBe(1)
    await pool.close()
  })

  it.each(wholes)('keeps the connection after %s', async (_, work) => {
    const pool = open()
    for (let use = 0; use < 3; use++) {
      await pool.use(work)
      await pool.use(client => client.query('DROP TABLE IF EXISTS copied'))
    }
    expect(pool.stats()).toMatchObject({ opened: 1, closed: 0 })
    await pool.close()
  })
})

it('the drop-in waits for a COPY from here whose end its holder does not await, and its data is there', async () => {
  await using pool = dropIn({ max: 1 })
  const client = await pool.connect()
  const copy = await copyFrom(client)
  const finished = once(copy, 'finish')
  copy.end('1\n')
  client.release()
  expect((await pool.query('SELECT n FROM copied')).rows).toEqual([{ n: 1 }])
  await finished
})
