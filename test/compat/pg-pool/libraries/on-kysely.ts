// Kysely's adapter, for each of its versions.

import type { Kysely } from 'kysely'
import type { Pool } from '../../../../src/db/pg/index.js'
import type { QueryBuilder, Session } from './query-builder.js'

/** What a version of Kysely exports. */
export type KyselyModule = typeof import('kysely')

export interface Tables {
  [table: string]: { id: number; name: string }
}

export function onKysely(kysely: KyselyModule, pool: Pool, table: string): QueryBuilder {
  const db = new kysely.Kysely<Tables>({ dialect: new kysely.PostgresDialect({ pool }) })
  return {
    ...sessionOf(kysely, db, table),
    transaction: work => db.transaction().execute(trx => work(sessionOf(kysely, trx, table))),
    reasonOf: error => error,
    end: () => db.destroy(),
  }
}

function sessionOf({ sql }: KyselyModule, db: Kysely<Tables>, table: string): Session {
  return {
    insert: (id, name) => db.insertInto(table).values({ id, name }).execute(),
    names: async () => {
      const pets = await db.selectFrom(table).select('name').orderBy('id').execute()
      return pets.map(({ name }) => name)
    },
    rows: async text => (await sql.raw<Record<string, unknown>>(text).execute(db)).rows,
  }
}
