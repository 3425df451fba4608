// The same as pools-while-frozen.ts for mysql2: pools in the midst of everything that has a deadline, the pool's own and mysql2's.
// Arguments: the server's config as JSON, and how long all deadlines are.

import { once } from 'node:events'
import type { Connection, PoolOptions as Mysql2PoolOptions } from 'mysql2'
import type { Connection as PromiseConnection } from 'mysql2/promise'
import { mysql } from '../../../src/db/mysql2/driver/mysql.js'
import { createPool as createDropIn } from '../../../src/db/mysql2/index.js'
import { createPool, type Pool, type PoolOptions } from '../../../src/index.js'

const [, , config, limit] = process.argv
const server = JSON.parse(config ?? '{}') as Mysql2PoolOptions
const deadline = Number(limit)
const deadlines: PoolOptions = {
  acquireTimeout: deadline,
  connectTimeout: deadline,
  validateTimeout: deadline,
  resetTimeout: deadline,
  closeTimeout: deadline,
}

type Subject = Pick<Pool<never>, 'stats' | 'close'>
const pools: Record<string, Subject> = {}
const works: [string, () => Promise<unknown>][] = []
const go = once(process, 'message')

async function add(name: string, pool: Subject, work: () => Promise<unknown>, warmUp?: Promise<unknown>) {
  pools[name] = pool
  await warmUp
  works.push([name, work])
}

const core = (options: PoolOptions = {}, more: object = {}) =>
  createPool(mysql({ ...server, ...more }), { min: 0, max: 1, ...deadlines, ...options })
const select = (connection: PromiseConnection): Promise<unknown> => connection.query('SELECT 1')

const line = core()
await add(
  'query, and a caller in the queue',
  line,
  () => Promise.all([line.use(select), line.use(select)]),
  line.use(select),
)
const connect = core()
await add('connect', connect, () => connect.use(select))
const validation = core({ validateAfter: 0 })
await add('validation', validation, () => validation.use(select), validation.use(select))
const begin = core()
await add('begin', begin, () => begin.transaction(select), begin.use(select))
const commit = core()
await add('commit', commit, () => commit.transaction(() => go), commit.use(select))
const reset = core()
const held = await reset.acquire()
await held.connection.query('BEGIN')
await add('reset', reset, () => {
  held.release()
  return reset.use(select)
})
const closing = core()
await add('close', closing, () => closing.close({ timeout: deadline }), closing.use(select))

/** mysql2's own limits. */
const patient = { connectTimeout: 100 * deadline, acquireTimeout: 100 * deadline }
const limited = core(patient, { connectTimeout: deadline })
await add('connectTimeout', limited, () => limited.use(select))
const timed = { sql: 'SELECT 1', timeout: deadline }
const forms: Record<string, (connection: PromiseConnection) => Promise<unknown>> = {
  'query({ timeout })': connection => connection.query(timed),
  'execute({ timeout })': connection => connection.execute(timed),
  'query({ timeout }) that waits for another': connection =>
    Promise.all([select(connection), connection.query(timed)]),
}
for (const [name, ask] of Object.entries(forms)) {
  const pool = core()
  await add(name, pool, () => pool.use(ask), pool.use(select))
}

const asked = (ask: (done: (error: unknown, value?: unknown) => void) => unknown): Promise<unknown> =>
  new Promise((resolve, reject) => ask((error, value) => (error ? reject(error) : resolve(value))))
const dropIn = () =>
  createDropIn({
    ...server,
    connectTimeout: deadline,
    connectionLimit: 1,
    statepool: { acquireTimeout: deadline },
  })
const calls: Record<string, (pool: ReturnType<typeof dropIn>) => Promise<unknown>> = {
  'query({ timeout })': pool => asked(done => pool.query(timed, done)),
  'execute({ timeout })': pool => asked(done => pool.execute(timed, done)),
  'getConnection().query({ timeout })': pool =>
    asked(done =>
      pool.getConnection((error, connection: Connection & { release(): void }) => {
        if (error) return done(error)
        connection.query(timed, (error, rows) => {
          connection.release()
          done(error, rows)
        })
      }),
    ),
  'promise().query({ timeout })': pool => pool.promise().query(timed),
}
for (const [name, ask] of Object.entries(calls))
  for (const warm of [true, false]) {
    const pool = dropIn()
    const first = warm ? pool.promise().query('SELECT 1') : undefined
    await add(`drop-in: ${warm ? '' : 'connect and '}${name}`, pool.statepool, () => ask(pool), first)
  }

process.send?.('ready')
await go
const ends = works.map(([, work]) => work().then(() => 'well', String))
await new Promise(setImmediate)
process.send?.('under way')
const outcomes = await Promise.all(ends)
const figuresOf = (pool: Subject) => {
  const { opened, lost, failedConnects, timedOut } = pool.stats()
  return { opened, lost, failedConnects, timedOut }
}
process.send?.(
  Object.fromEntries(
    works.map(([name], index) => [name, { outcome: outcomes[index], ...figuresOf(pools[name] as Subject) }]),
  ),
)
await Promise.all(Object.values(pools).map(pool => pool.close()))
process.disconnect()
