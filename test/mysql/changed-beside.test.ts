// Databases, procedures and rights that change beside open sessions, and sessions that the server ends after its answer.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as createPromisePool } from '../../src/db/mysql2/promise.js'
import { createPool } from '../../src/index.js'
import { mariadbMissing, type Threads, watchThreads } from '../support/mariadb-threads.js'

type Query = (sql: string) => Promise<[unknown, unknown]>
interface Form {
  readonly query: Query
  opened(): number
  end(): Promise<void>
}

const forms: Record<string, (config: Threads['config']) => Form> = {
  driver(config) {
    const pool = createPool(mysql(config), { min: 0, max: 1 })
    return {
      query: sql => pool.use(connection => connection.query(sql)),
      opened: () => pool.stats().opened,
      end: () => pool.close(),
    }
  },
  'drop-in'(config) {
    const pool = createPromisePool({ ...config, connectionLimit: 1 })
    return {
      query: sql => pool.query(sql),
      opened: () => pool.statepool.stats().opened,
      end: () => pool.end(),
    }
  },
}

describe.skipIf(mariadbMissing()).each(Object.entries(forms))('by the %s', (_, open) => {
  let threads: Threads
  let form: Form
  beforeAll(async () => {
    threads = await watchThreads()
  })
  afterAll(() => threads.stop())

  const outcomes = async (sql: string): Promise<unknown[]> => {
    const seen: unknown[] = []
    for (let time = 0; time < 3; time++)
      seen.push(
        await form.query(sql).then(
          () => 'ok',
          error => error.errno,
        ),
      )
    return seen
  }

  it.each(['COMMIT RELEASE', 'rollback and no chain release', 'SET completion_type = 2'])(
    'the next holder is not given a session that the server ends after %s',
    async sql => {
      form = open(threads.config)
      await form.query(sql)
      const next = outcomes('COMMIT')
      expect(await next).toEqual(['ok', 'ok', 'ok'])
      await form.end()
    },
  )

  it('COMMIT AND NO CHAIN NO RELEASE costs no round trip', async () => {
    form = open(threads.config)
    const questions = async () => {
      const [rows] = await form.query("SHOW SESSION STATUS LIKE 'Questions'")
      return Number((rows as { Value: string }[])[0]?.Value)
    }
    const before = await questions()
    await form.query('COMMIT AND NO CHAIN NO RELEASE')
    expect(await questions()).toBe(before + 2)
    await form.end()
  })

  it('a column that a procedure used is missed once at most', async () => {
    const { database } = threads.config
    await threads.ask('CREATE OR REPLACE TABLE ??.part (a int)', [database])
    await threads.ask('CREATE OR REPLACE PROCEDURE ??.parts() SELECT * FROM part', [database])
    form = open(threads.config)
    expect(await outcomes('CALL parts()')).toEqual(['ok', 'ok', 'ok'])
    await threads.ask('ALTER TABLE ??.part DROP a, ADD b text', [database])
    expect((await outcomes('CALL parts()')).slice(1)).toEqual(['ok', 'ok'])
    expect(await outcomes('SELECT a FROM part')).toEqual([1054, 1054, 1054])
    expect(form.opened()).toBeLessThanOrEqual(2)
    await form.end()
  })

  it('a database that its holder drops and makes again is missed once at most', async () => {
    const { database } = threads.config
    form = open(threads.config)
    await form.query(`DROP DATABASE ${database}`)
    await form.query(`CREATE DATABASE ${database}`)
    expect((await outcomes('CREATE OR REPLACE TABLE t (a int)')).slice(1)).toEqual(['ok', 'ok'])
    await form.end()
  })

  it('what is granted holds from the next lease on, and a denial costs no connection', async () => {
    const { database } = threads.config
    const user = 'granted'
    await threads.ask('CREATE OR REPLACE TABLE ??.hidden (a int)', [database])
    await threads.ask("CREATE OR REPLACE USER ?@'%' IDENTIFIED BY 'pw'", [user])
    await threads.ask("CREATE OR REPLACE USER ?@'localhost' IDENTIFIED BY 'pw'", [user])
    const grant = async (right: string) => {
      for (const host of ['%', 'localhost'])
        await threads.ask(`GRANT ${right} ON ??.* TO ?@?`, [database, user, host])
    }
    await grant('INSERT')
    form = open({ ...threads.config, user, password: 'pw' } as Threads['config'])
    expect(await outcomes('SELECT * FROM hidden')).toEqual([1142, 1142, 1142])
    expect(form.opened()).toBe(1)
    await grant('SELECT')
    expect((await outcomes('SELECT * FROM hidden')).slice(1)).toEqual(['ok', 'ok'])
    expect(form.opened()).toBe(1)
    for (const host of ['%', 'localhost']) await threads.ask('DROP USER ?@?', [user, host])
    await form.end()
  })
})
