// pg-promise's adapter: it makes its own pool from `pgp.pg.Pool`, which may be replaced.

import pgPromise, { type IBaseProtocol, type IDatabase } from 'pg-promise'
import type { Pool } from '../../../../src/db/pg/index.js'
import type { QueryBuilder, Session } from './query-builder.js'

/** A database of pg-promise on this pool. */
export function databaseOn(pool: Pool): IDatabase<object> {
  const pgp = pgPromise({ noWarnings: true })
  // `new` gives what a constructor returns.
  function Given(): Pool {
    return pool
  }
  Object.assign(pgp, { pg: Object.create(pgp.pg, { Pool: { value: Given } }) })
  return pgp({})
}

export function onPgPromise(pool: Pool, table: string): QueryBuilder {
  const db = databaseOn(pool)
  return {
    ...sessionOf(db, table),
    transaction: work => db.tx(tx => work(sessionOf(tx, table))),
    reasonOf: error => error,
    end: () => db.$pool.end() as unknown as Promise<void>,
  }
}

function sessionOf(db: IBaseProtocol<object>, table: string): Session {
  return {
    insert: (id, name) => db.none('INSERT INTO $1:name VALUES ($2, $3)', [table, id, name]),
    names: () => db.map('SELECT name FROM $1:name ORDER BY id', [table], row => row.name as string),
    rows: text => db.any(text),
  }
}
