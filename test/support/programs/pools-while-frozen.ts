// A program with pools in the midst of everything that has a deadline. Its parent keeps the answers back, stops it for longer than the
// deadlines, lets the answers arrive meanwhile, and lets it go on. Arguments: pg.Client's config, and how long all deadlines are.

import { once } from 'node:events'
import type pg from 'pg'
import { postgres } from '../../../src/db/pg/driver/postgres.js'
import { Pool } from '../../../src/db/pg/index.js'
import { type Pool as CorePool, createPool, type PoolOptions } from '../../../src/index.js'

const [, , config, limit] = process.argv
const server = JSON.parse(config ?? '{}') as pg.ClientConfig
const deadline = Number(limit)
const deadlines: PoolOptions = {
  acquireTimeout: deadline,
  connectTimeout: deadline,
  validateTimeout: deadline,
  resetTimeout: deadline,
  closeTimeout: deadline,
}

type Subject = CorePool<pg.Client | pg.PoolClient>
const pools: Record<string, Subject> = {}
const works: [string, () => Promise<unknown>][] = []

/** How many connections were cut off, by their pool. */
const cutOff = new Map<unknown, number>()

const core = (options: PoolOptions, config: pg.ClientConfig = server): Subject => {
  const driver = postgres(config)
  const destroy: typeof driver.destroy = client => {
    cutOff.set(pool, (cutOff.get(pool) ?? 0) + 1)
    return driver.destroy(client)
  }
  const pool = createPool({ ...driver, destroy }, { min: 0, max: 1, ...deadlines, ...options })
  return pool
}
const dropIn = (options: PoolOptions, config: pg.ClientConfig = server): Pool =>
  new Pool({ ...config, max: 1, connectionTimeoutMillis: deadline, statepool: { ...deadlines, ...options } })

/** @param warm whether the pool's connection is open before */
async function add(name: string, pool: Subject, warm: boolean, work: () => Promise<unknown>): Promise<void> {
  pools[name] = pool
  if (warm) await pool.use(client => client.query('SELECT 1'))
  works.push([name, work])
}

const select = (client: pg.ClientBase): Promise<unknown> => client.query('SELECT 1')
const go = once(process, 'message')

for (const [kind, open] of [
  ['driver', core],
  ['drop-in', (options: PoolOptions) => dropIn(options).statepool],
] as const) {
  const add1 = (
    name: string,
    options: PoolOptions,
    warm: boolean,
    work: (pool: Subject) => Promise<unknown>,
  ) => {
    const pool = open(options) as Subject
    return add(`${kind}: ${name}`, pool, warm, () => work(pool))
  }
  await add1('connect', {}, false, pool => pool.use(select))
  await add1('query, and a caller in the line', {}, true, pool =>
    Promise.all([pool.use(select), pool.use(select)]),
  )
  await add1('validation', { validateAfter: 0 }, true, pool => pool.use(select))
  await add1('begin', {}, true, pool => pool.transaction(select))
  await add1('commit', {}, true, pool => pool.transaction(() => go))
  await add1('close', {}, true, pool => pool.close({ timeout: deadline }))
  const reset = open({}) as Subject
  const open1 = await reset.acquire()
  await open1.connection.query('BEGIN')
  await add(`${kind}: reset`, reset, false, () => {
    open1.release()
    return reset.use(select)
  })
}

const patient = { connectTimeout: 100 * deadline, acquireTimeout: 100 * deadline }
const limited = core(patient, { ...server, connectionTimeoutMillis: deadline })
await add('driver: connect, by the limit that is pg’s', limited, false, () => limited.use(select))

const called = (client: pg.ClientBase): Promise<unknown> =>
  new Promise((resolve, reject) => {
    client.query('SELECT 1', (error, result) => (error ? reject(error) : resolve(result)))
  })

/** What asks in each of pg's forms, with `query_timeout` for all queries of the client, or for this one. */
const all = { ...server, query_timeout: deadline }
const one = { text: 'SELECT $1::int', values: [1], query_timeout: deadline } as pg.QueryConfig
const forms: [string, pg.ClientConfig, (client: pg.ClientBase) => Promise<unknown>][] = [
  ['all', all, select],
  ['all, with a callback', all, called],
  ['one', server, client => client.query(one)],
  ['one that waits for another', all, client => Promise.all([select(client), client.query(one)])],
]
for (const [name, config, ask] of forms) {
  const pool = core({}, config)
  await add(`driver: query_timeout of ${name}`, pool, true, () => pool.use(ask))
  const other = dropIn({}, config).statepool as unknown as Subject
  await add(`drop-in: query_timeout of ${name}`, other, true, () => other.use(ask))
}
const asked = dropIn({}, all)
await add('drop-in: query_timeout of query()', asked.statepool as unknown as Subject, true, () =>
  asked.query('SELECT 1'),
)

const own = dropIn({})
await add('drop-in: its own query(), and connect() in the line', own.statepool as Subject, true, async () => {
  const query = own.query('SELECT 1')
  const client = await own.connect()
  client.release()
  await query
})

process.send?.('ready')
await go
// The commit follows from the same message; all that is asked for is under way in the next turn.
const ends = works.map(([, work]) => work().then(() => 'well', String))
await new Promise(setImmediate)
process.send?.('under way')
const outcomes = await Promise.all(ends)
process.send?.(
  Object.fromEntries(
    works.map(([name], index) => {
      const pool = pools[name] as Subject
      const { opened, lost, failedConnects, timedOut } = pool.stats()
      const figures = { opened, lost, failedConnects, timedOut, cutOff: cutOff.get(pool) ?? 0 }
      return [name, { outcome: outcomes[index], ...figures }]
    }),
  ),
)
await Promise.all(Object.values(pools).map(pool => pool.close()))
process.disconnect()
