// What is given to SQLite for its eyes only, a key or the values of a statement, is shown nowhere.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  createSqlitePool,
  type SqliteOptions,
  type SqlitePoolOptions,
  sqlite,
} from '../../src/db/sqlite/index.js'
import { createPool, OptionsError } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'

const secret = 'hunter2'

/** Everything that a thing shows of itself. */
function shownBy(thing: unknown): string {
  const own = thing instanceof Error ? { ...thing, stack: thing.stack, cause: shownBy(thing.cause) } : {}
  const seen = new WeakSet()
  const json = JSON.stringify(thing, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return undefined
    seen.add(value)
    return value
  })
  return [inspect(thing, { depth: 6 }), json, JSON.stringify(own), String(thing)].join('\n')
}

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

describe('an option that is refused', () => {
  const filename = 'shop.db'
  const cases: [string, unknown][] = [
    ...['key', 'rekey', 'hexkey', 'textkey', 'main.key', 'KEY', 'kye', 'cipher_salt'].map(
      (name): [string, unknown] => [`pragmas.${name}`, { filename, pragmas: { [name]: `it's ${secret}` } }],
    ),
    ['pragmas.key', { filename, pragmas: { key: { value: secret } } }],
    ['pragmas.key', { filename, pragmas: { key: [secret] } }],
    ['pragmas', { filename, pragmas: `key=${secret}` }],
    ['pragmas', { filename, pragmas: { [`key = '${secret}'`]: true } }],
    ['pragmas', { filename, pragmas: [secret] }],
    ['filename', { filename: `file:shop.db?key=${secret}` }],
    ['filename', { filename: `shop.db?key=${secret}` }],
    ['filename', { filename: `/var/shop.db?mode=ro&hexkey=${secret}` }],
    ['filename', { filename: `postgres://app:${secret}@db/shop` }],
    ['filename', { filename: new URL(`file:///shop.db?key=${secret}`) }],
    ['filename', { filename: new URL(`file://other/shop.db#${secret}`) }],
    ['filename', { filename: new URL(`https://app:${secret}@host/shop.db`) }],
    ['filename', { filename: { path: secret } }],
    ['filename', { filename: `\0${secret}` }],
    ['key', { filename, key: secret }],
    ['busyTimeout', { filename, busyTimeout: secret }],
    ['statementTimeout', { filename, statementTimeout: secret }],
    ['statementCache', { filename, statementCache: secret }],
    ...['readonly', 'foreignKeys', 'engine', 'isolation', 'journalMode', 'integers'].map(
      (name): [string, unknown] => [name, { filename, [name]: secret }],
    ),
    ['engine', { filename, engine: { secret } }],
  ]

  it.each(cases)('%s', (option, options) => {
    for (const create of [
      () => sqlite(options as SqliteOptions),
      ...(option === 'readonly' ? [] : [() => createSqlitePool(options as SqlitePoolOptions)]),
    ]) {
      const error = thrownBy(create)
      expect(error).toBeInstanceOf(OptionsError)
      expect(error).toMatchObject({ option })
      expect(shownBy(error)).not.toContain(secret)
    }
  })

  it.each([
    ['readers', { filename, readers: secret }],
    ['pool', { filename, pool: secret }],
  ])('%s', (option, options) => {
    const error = thrownBy(() => createSqlitePool(options as unknown as SqlitePoolOptions))
    expect(error).toMatchObject({ option })
    expect(shownBy(error)).not.toContain(secret)
  })
})

describe.each(['thread', 'process'] as const)('with connections in a %s', isolation => {
  it('neither the key nor a statement’s values are in a pool, its connections, its events or its errors', async () => {
    const filename = await fileForTest()
    const pool = createPool(sqlite({ filename, isolation, pragmas: { key: secret, textkey: secret } }), {
      min: 1,
      max: 1,
    })
    const shown: unknown[] = [pool]
    pool.events$.subscribe(event => shown.push(event))
    const failed = (work: Promise<unknown>) =>
      work.then(
        () => expect.unreachable(),
        (error: unknown) => shown.push(error),
      )
    await pool.use(async (connection, lease) => {
      shown.push(connection, lease)
      await connection.exec('CREATE TABLE t (v UNIQUE)')
      await connection.run('INSERT INTO t VALUES (?)', [secret])
      await failed(connection.run('INSERT INTO t VALUES (?)', [secret]))
      await failed(connection.run('INSERT INTO t VALUES (:v)', { v: { secret } as never }))
      await failed(connection.run('INSERT INTO t VALUES (?)', [new Set([secret]) as never]))
      await failed(connection.run('INSERT INTO t VALUES (?)', secret as never))
      await failed(connection.run('INSERT INTO t VALUES (?)', (() => secret) as never))
      await failed(connection.run({ sql: 'SELECT ?', values: [secret] } as never))
      await failed(connection.run('INSERT INTO nowhere VALUES (?)', [secret]))
      await failed(connection.run('SELECT 1', [], { timeout: secret as never }))
      await failed(connection.run('SELECT 1', [], { signal: { secret } as never }))
      const running = connection.all('SELECT ? FROM t', [secret])
      shown.push(shownBy([pool, connection, lease]))
      await running
    })
    for (const each of new Set(shown)) expect(shownBy(each)).not.toContain(secret)
    expect(shownBy(pool.stats())).not.toContain(secret)
    await pool.close()
  })

  it('neither is the key in the error of a database that cannot be opened', async () => {
    const filename = `${await fileForTest()}/missing/test.db`
    const pool = createPool(sqlite({ filename, isolation, pragmas: { key: secret } }), { min: 1, max: 1 })
    const error: unknown = await pool.ready().catch((thrown: unknown) => thrown)
    expect(shownBy(error)).not.toContain(secret)
    await pool.close({ timeout: 0 })
  })
})
