// A server that is restarted under Kysely, Drizzle and Knex: queries under way fail, and all others are served.

import * as kysely from 'kysely'
import { expect, it } from 'vitest'
import { Pool } from '../../../../src/db/pg/index.js'
import { type PostgresServer, startPostgres } from '../../../../support/postgres-server.js'
import { until } from '../../../support/until.js'
import { onDrizzle } from './on-drizzle.js'
import { onKnex } from './on-knex.js'
import { onKysely } from './on-kysely.js'
import type { Open, QueryBuilder } from './query-builder.js'

const libraries: [string, Open][] = [
  ['kysely_pet', (pool, table) => onKysely(kysely, pool, table)],
  ['drizzle_pet', onDrizzle],
  ['knex_pet', onKnex],
]

/** A library on the server, with one pet in its table. */
async function settle({ connectionString }: PostgresServer, [table, open]: [string, Open]) {
  const pool = new Pool({ connectionString, max: 2 })
  const db = open(pool, table)
  await db.rows(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`)
  await db.insert(1, 'Rex')
  return { pool, db }
}

const sleep = (db: QueryBuilder, onAsleep: () => void) =>
  db.transaction(async tx => {
    await tx.insert(2, 'Mia')
    onAsleep()
    await tx.rows('SELECT pg_sleep(60)')
  })

it('those who ask while it is down are served when it is back, by each of the libraries', async () => {
  const server = await startPostgres()
  try {
    const all = await Promise.all(libraries.map(library => settle(server, library)))
    let asleep = 0
    const flying = all.map(({ db }) => sleep(db, () => asleep++).then(String, () => 'failed'))
    await until(() => asleep === all.length, 'all are in a transaction') // Drizzle never releases a client whose BEGIN failed
    await server.halt()
    expect(await Promise.all(flying)).toEqual(['failed', 'failed', 'failed'])
    const waiting = all.map(({ db }) => db.transaction(tx => tx.names()))
    await until(() => all.every(({ pool }) => pool.statepool.stats().waiting > 0), 'all wait')
    await server.restart()
    expect(await Promise.all(waiting)).toEqual([['Rex'], ['Rex'], ['Rex']])
    await Promise.all(all.map(({ db }) => db.end()))
    await until(() => all.every(({ pool }) => pool.totalCount === 0), 'all connections are closed')
  } finally {
    await server.stop()
  }
})
