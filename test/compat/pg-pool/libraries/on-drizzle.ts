// Drizzle's adapter.

import { DrizzleQueryError, sql } from 'drizzle-orm'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import type { Pool } from '../../../../src/db/pg/index.js'
import type { QueryBuilder, Session } from './query-builder.js'

/** The table of pets, as Drizzle wants to be told of it. */
export const petsOf = (table: string) =>
  pgTable(table, { id: integer().primaryKey(), name: text().notNull() })

export function onDrizzle(pool: Pool, table: string): QueryBuilder {
  const db = drizzle({ client: pool })
  return {
    ...sessionOf(db, table),
    transaction: work => db.transaction(tx => work(sessionOf(tx, table))),
    reasonOf: error => (error instanceof DrizzleQueryError ? error.cause : error),
    end: () => db.$client.end(),
  }
}

function sessionOf(db: Pick<NodePgDatabase, 'insert' | 'select' | 'execute'>, table: string): Session {
  const pets = petsOf(table)
  return {
    insert: async (id, name) => db.insert(pets).values({ id, name }),
    names: async () => (await db.select().from(pets).orderBy(pets.id)).map(({ name }) => name),
    rows: async text => (await db.execute(sql.raw(text))).rows,
  }
}
