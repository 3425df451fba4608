// Knex's adapter.

import knex, { type Knex } from 'knex'
import type { Pool } from '../../../../src/db/pg/index.js'
import type { QueryBuilder, Session } from './query-builder.js'

/** Knex writes to the console what it also throws. */
export const silent: Knex.Config['log'] = { warn() {}, error() {} }

export function onKnex(pool: Pool, table: string): QueryBuilder {
  const db = knex({ client: 'pg', connectionPool: pool, log: silent as Knex.Logger })
  return {
    ...sessionOf(db, table),
    transaction: work => db.transaction(trx => work(sessionOf(trx, table))),
    reasonOf: error => error,
    async end() {
      await pool.end()
      await db.destroy()
    },
  }
}

function sessionOf(db: Knex, table: string): Session {
  return {
    insert: async (id, name) => db(table).insert({ id, name }),
    names: async () => db(table).orderBy('id').pluck('name'),
    rows: async text => (await db.raw(text)).rows,
  }
}
