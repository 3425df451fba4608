// Zapatos' adapter: its runtime; the pool is given to each query.

import type pg from 'pg'
import * as db from 'zapatos/db'
import type { Pool } from '../../../../src/db/pg/index.js'
import type { QueryBuilder, Session } from './query-builder.js'

export function onZapatos(pool: Pool, table: string): QueryBuilder {
  return {
    ...sessionOf(pool, table),
    transaction: work => db.readCommitted(pool, tx => work(sessionOf(tx, table))),
    reasonOf: error => error,
    end: () => pool.end(),
  }
}

/** Without a generated schema, Zapatos' types know no table. */
function sessionOf(queryable: db.Queryable, table: string): Session {
  const into = table as never
  return {
    insert: (id, name) => db.insert(into, { id, name } as never).run(queryable as pg.Pool),
    async names() {
      const pets: { name: string }[] = await db
        .select(into, db.all, { order: { by: 'id' as never, direction: 'ASC' } })
        .run(queryable)
      return pets.map(pet => pet.name)
    },
    rows: text => db.sql`${db.raw(text)}`.run(queryable) as Promise<Record<string, unknown>[]>,
  }
}
