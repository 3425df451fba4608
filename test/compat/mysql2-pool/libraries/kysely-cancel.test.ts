// Kysely's query cancellation on the drop-in: its control connection is made of the configuration of the connection that runs the query.

import type { Kysely } from 'kysely'
import mysql2, { type ConnectionOptions } from 'mysql2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../../../support/fault-proxy.js'
import { failure } from '../../../support/both-pools.js'
import {
  abortableQuery,
  type KyselyModule,
  loadAbortableKysely,
  type Strategy,
  strategies,
} from '../../../support/kysely-cancel.js'
import { mariadbMissing } from '../../../support/mariadb-threads.js'
import { useMysqlPool } from '../../../support/mysql-pool.js'
import { until } from '../../../support/until.js'

const kysely = (await loadAbortableKysely()) as KyselyModule

describe.skipIf(kysely === undefined || mariadbMissing())('Kysely 0.29, which needs Node 22', () => {
  const dropIn = useMysqlPool()
  /** Not the port that is taken when the configuration has none. */
  let proxy: FaultProxy

  beforeAll(async () => {
    proxy = await startFaultProxy(dropIn.threads.config)
  })
  afterAll(() => proxy.close())
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const start = (controlConnection?: (config: object) => unknown) => {
    const { port } = proxy
    const pool = dropIn.create({ port, connectionLimit: 2 })
    const dialect = new kysely.MysqlDialect({ pool, controlConnection } as never)
    return { pool, db: new kysely.Kysely<never>({ dialect }) }
  }
  const running = async (text: string): Promise<number> => {
    const count = 'SELECT id FROM information_schema.processlist WHERE user = ? AND info LIKE ?'
    return (await dropIn.threads.ask(count, [dropIn.threads.config.user, `%${text}%`])).length
  }
  const abort = async (db: Kysely<never>, text: string, strategy: Strategy) => {
    const controller = new AbortController()
    const reason = new Error('not wanted any more')
    const outcome = failure(
      abortableQuery(kysely, db, text, {
        signal: controller.signal,
        inflightQueryAbortStrategy: strategy,
      }),
    )
    await until(async () => (await running(text)) === 1, 'the query runs')
    controller.abort(reason)
    expect(await outcome).toBe(reason)
    await until(async () => (await running(text)) === 0, 'the server has let go of it')
  }

  describe.each(strategies)("'%s'", strategy => {
    it('by a control connection: it has the address, the account and the password', async () => {
      const given: ConnectionOptions[] = []
      const { pool, db } = start(config => {
        given.push(config)
        return mysql2.createConnection(config)
      })
      await abort(db, 'SELECT SLEEP(600)', strategy)
      const { user, password, database } = dropIn.threads.config
      expect(given).toMatchObject([{ host: proxy.host, port: proxy.port, user, password, database }])
      await until(() => pool.statepool.stats().busy === 0, 'it is back')
      await pool.promise().query('SELECT 1')
      expect(pool.statepool.stats()).toMatchObject({ opened: strategy === 'kill session' ? 2 : 1, total: 1 })
    })

    it('by another connection of the pool', async () => {
      const { pool, db } = start()
      await abort(db, 'SELECT SLEEP(600)', strategy)
      await until(() => pool.statepool.stats().busy === 0, 'all are back')
      await pool.promise().query('SELECT 1')
    })
  })

  it("'kill session' ends a write before its own end, as the pool leaves it to Kysely for that long", async () => {
    const { pool, db } = start(config => mysql2.createConnection(config))
    await pool.promise().query('CREATE TABLE pet (id INT)')
    const left = async (): Promise<number> => {
      await pool.promise().query('TRUNCATE pet')
      await abort(db, 'INSERT INTO pet SELECT 1 FROM (SELECT SLEEP(0.5)) AS pause', 'kill session')
      const [rows] = await pool.promise().query('SELECT * FROM pet')
      return (rows as unknown[]).length
    }
    // A busy machine may be too slow for it once, and not each time.
    const tries = [await left(), await left(), await left(), await left()]
    expect(Math.min(...tries)).toBe(0)
    await pool.promise().query('DROP TABLE pet')
  })
})
