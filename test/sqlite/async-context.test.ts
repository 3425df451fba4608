// On SQLite, too, what a caller awaits goes on in the caller's own async context, and what the pool does of its own accord in none.

import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import type { ConnectContext } from '../../src/db/driver.js'
import { type Isolation, type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'
import { fileForTest } from '../support/sqlite-file.js'
import { endlessRows } from '../support/sqlite-statements.js'
import { until } from '../support/until.js'

const storage = new AsyncLocalStorage<number | string>()

/** What each form of a statement sees while it goes on, and when it has. */
const forms: Record<string, (connection: SqliteConnection) => Promise<unknown[]>> = {
  async run(connection) {
    await connection.run('SELECT 1')
    return [storage.getStore()]
  },
  get: connection => connection.get('SELECT 1').then(() => [storage.getStore()]),
  async all(connection) {
    await connection.all(`${endlessRows} LIMIT 1200`, [], { timeout: 600_000 })
    return [storage.getStore()]
  },
  async iterate(connection) {
    const seen: unknown[] = []
    let rows = 0
    for await (const _ of connection.iterate(`${endlessRows} LIMIT 1200`)) {
      if (++rows % 400 === 0) seen.push(storage.getStore())
    }
    return [...seen, storage.getStore()]
  },
  async exec(connection) {
    await connection.exec('SELECT 1; SELECT 2')
    return [storage.getStore()]
  },
  fails: connection =>
    connection.get('SELECT nothing FROM nowhere').then(
      () => [],
      () => [storage.getStore()],
    ),
  'is called off': connection =>
    connection.all(endlessRows, [], { timeout: 20 }).catch(() => [storage.getStore()]),
}

/** A driver that notes in which context it is called, and calls back. */
async function noting(isolation: Isolation) {
  const driver = sqlite({ filename: await fileForTest(), isolation })
  const seen = new Map<string, Set<unknown>>()
  const note = (what: string) => seen.set(what, (seen.get(what) ?? new Set()).add(storage.getStore()))
  const noted = {
    ...driver,
    connect(context: ConnectContext) {
      note('connect')
      return driver.connect({
        ...context,
        onLost(reason) {
          note('onLost')
          context.onLost(reason)
        },
        onStale(reason, options) {
          note('onStale')
          context.onStale?.(reason, options)
        },
      })
    },
  }
  return { driver: noted, seen, note }
}

describe.each(['thread', 'process'] as const)('with connections in a %s', isolation => {
  it('callers who share two connections each see their own store, whatever they do', async () => {
    const kinds = Object.entries(forms).filter(([name]) => isolation === 'thread' || name !== 'is called off')
    const pool = createPool(sqlite({ filename: await fileForTest(), isolation }), {
      min: 2,
      max: 2,
      acquireTimeout: Number.POSITIVE_INFINITY,
    })
    const callers = Array.from({ length: 140 }, (_, caller) => {
      const [name, form] = kinds[caller % kinds.length] as (typeof kinds)[number]
      const stores = storage.run(caller, () =>
        caller % 2 === 0 ? pool.use(form) : pool.transaction(form, { readOnly: true }),
      )
      return stores.then(seen => ({ caller, name, foreign: seen.filter(store => store !== caller) }))
    })
    for (const { foreign, ...who } of await Promise.all(callers))
      expect({ ...who, foreign }).toEqual({ ...who, foreign: [] })
    await pool.close()
  })
})

it('a connection that ends because its caller called a statement off is reported in no caller’s context', async () => {
  const { driver, seen, note } = await noting('process')
  const pool = createPool(driver, { min: 1, max: 1 })
  pool.events$.subscribe(({ type }) => note(type))
  await pool.ready()
  const controller = new AbortController()
  await storage.run('ada', async () => {
    const late = pool.use(connection => connection.all(endlessRows, [], { signal: controller.signal }))
    setTimeout(() => controller.abort(), 50)
    await expect(late).rejects.toMatchObject({ code: 'SQLITE_INTERRUPT' })
  })
  await storage.run('bob', () =>
    pool.use(connection => connection.all(endlessRows, [], { timeout: 20 }).catch(() => {})),
  )
  await until(() => pool.stats().lost === 2, 'both connections are lost')
  await storage.run('eve', () => pool.close())
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining(['connect', 'onLost', 'connection.lost', 'connection.closed']),
  )
  for (const [what, stores] of seen) expect(stores, what).toEqual(new Set([undefined]))
})

it('a stale session is reported in no caller’s context', async () => {
  const { driver, seen } = await noting('thread')
  const { rm } = await import('node:fs/promises')
  const pool = createPool(driver, { min: 1, max: 1 })
  await pool.ready()
  const [{ file }] = (await pool.use(connection =>
    connection.all<{ file: string }>('PRAGMA database_list'),
  )) as [{ file: string }]
  await rm(file)
  await storage.run('ada', () => pool.use(connection => connection.get('SELECT 1')))
  await until(() => seen.has('onStale'), 'the stale session is reported')
  await pool.close()
  expect(seen.get('onStale')).toEqual(new Set([undefined]))
})
