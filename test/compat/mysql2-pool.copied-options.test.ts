// Libraries make other connections of what they read from a pool and its connections; prints of the same show no secret.

import { inspect } from 'node:util'
import mysql2, { type ConnectionOptions, type PoolConnection } from 'mysql2'
import type { PoolConnection as PromisePoolConnection } from 'mysql2/promise'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createPool, type Pool } from '../../src/db/mysql2/index.js'
import { mariadbMissing } from '../support/mariadb-threads.js'
import { useMysqlPool } from '../support/mysql-pool.js'

interface Lent {
  readonly pool: Pool
  readonly connection: PoolConnection
  readonly promising: PromisePoolConnection
}

const configOf = (pool: object): object =>
  (pool as { config: { connectionConfig: object } }).config.connectionConfig

/** What is read, as libraries read it. */
const sources: [string, (lent: Lent) => object][] = [
  ['connection.config', ({ connection }) => connection.config],
  ['connection.config of the promise face', ({ promising }) => promising.config],
  ['connection.connection.config', ({ promising }) => promising.connection.config],
  ['pool.config.connectionConfig', ({ pool }) => configOf(pool)],
  ['pool.pool.config.connectionConfig', ({ pool }) => configOf(pool.promise().pool)],
]

/** What is made of it. */
const makers: [string, (config: object) => { query(sql: string): Promise<unknown>; end(): Promise<void> }][] =
  [
    ['a connection', config => mysql2.createConnection(config as ConnectionOptions).promise()],
    ["a pool of mysql2's", config => mysql2.createPool(config as ConnectionOptions).promise()],
    ['a drop-in pool', config => createPool(config).promise()],
  ]

describe.skipIf(mariadbMissing())('of what is read from a drop-in pool', () => {
  const dropIn = useMysqlPool()
  /** mysql2 says that it ignores two options that its own configuration has. */
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const lend = async (more?: object): Promise<Lent & { release(): void }> => {
    const pool = dropIn.create({ connectTimeout: 5_000, dateStrings: true, ...more })
    const connection = await dropIn.borrow(pool)
    const promising = await pool.promise().getConnection()
    return {
      ...{ pool, connection, promising },
      release() {
        connection.release()
        promising.release()
      },
    }
  }

  const cases = sources.flatMap(([source, read]) =>
    makers.map(([made, make]) => [source, made, read, make] as const),
  )
  it.each(cases)('a copy of %s makes %s of the same account', async (_, _made, read, make) => {
    const lent = await lend()
    const other = make({ ...read(lent) })
    const answer = (await other.query('SELECT CURRENT_USER() AS me, NOW() AS now')) as [
      { me: string; now: unknown }[],
    ]
    const [[row]] = answer
    expect(row?.me).toContain(dropIn.threads.config.user)
    expect(typeof row?.now).toBe('string')
    await other.end()
    lent.release()
  })

  it.each(makers)(
    'a configuration whose password Knex has made invisible makes %s of the same account',
    async (_, make) => {
      const lent = await lend()
      Object.defineProperty(lent.connection.config, 'password', { enumerable: false })
      const other = make(lent.connection.config)
      const [rows] = (await other.query('SELECT CURRENT_USER() AS me')) as [{ me: string }[]]
      expect(rows[0]?.me).toContain(dropIn.threads.config.user)
      await other.end()
      lent.release()
    },
  )

  it.each([{}, { connectTimeout: 1_234 }, { resetOnRelease: true }])(
    'with %o, there is what mysql2 has, except for the keepalive',
    async more => {
      const lent = await lend(more)
      const options = { ...dropIn.threads.config, connectTimeout: 5_000, dateStrings: true, ...more }
      const theirs = mysql2.createPool(options)
      const { connectionConfig, ...limits } = theirs.config as unknown as Record<string, object>
      const {
        pool: _itself,
        keepAliveInitialDelay: _ours,
        ...expected
      } = { ...connectionConfig } as Record<string, unknown>
      for (const [, read] of sources) expect({ ...read(lent) }).toMatchObject(expected)
      for (const [, read] of sources) expect((read(lent) as { pool: unknown }).pool).toBe(lent.pool)
      expect({ ...lent.pool.config }).toMatchObject(limits)
      await theirs.promise().end()
      lent.release()
    },
  )

  it('nothing is printed that is secret', async () => {
    const lent = await lend()
    const { password } = dropIn.threads.config
    for (const [, read] of sources) {
      expect(inspect(read(lent), { depth: 30 }) + JSON.stringify(read(lent))).not.toContain(password)
      expect({ ...read(lent) }).toMatchObject({ password })
    }
    for (const thing of [lent.pool, lent.connection, lent.promising, lent.pool.promise()])
      expect(inspect(thing, { depth: 30 })).not.toContain(password)
    expect(JSON.stringify(lent.pool.config)).not.toContain(password)
    lent.release()
  })
})
