// Objection's adapter: models on Knex, which is on the pool.

import knex, { type Knex } from 'knex'
import { Model } from 'objection'
import type { Pool } from '../../../../src/db/pg/index.js'
import { silent } from './on-knex.js'
import type { QueryBuilder, Session } from './query-builder.js'

export class Pet extends Model {
  declare id: number
  declare name: string
}

/** The model of a table, bound to a Knex on the pool. */
export function petsOn(pool: Pool, table: string): { db: Knex; Pets: typeof Pet } {
  const db = knex({ client: 'pg', connectionPool: pool, log: silent as Knex.Logger })
  class Pets extends Pet {
    static override readonly tableName = table
  }
  Pets.knex(db)
  return { db, Pets }
}

export function onObjection(pool: Pool, table: string): QueryBuilder {
  const { db, Pets } = petsOn(pool, table)
  return {
    ...sessionOf(Pets),
    transaction: work => Pets.transaction(trx => work(sessionOf(Pets, trx))),
    reasonOf: error => (error as { nativeError?: unknown }).nativeError ?? error,
    async end() {
      await pool.end()
      await db.destroy()
    },
  }
}

function sessionOf(Pets: typeof Pet, trx?: Knex): Session {
  return {
    insert: async (id, name) => Pets.query(trx).insert({ id, name }),
    names: async () => (await Pets.query(trx).orderBy('id')).map(pet => pet.name),
    rows: async text => (await (trx ?? Pets.knex()).raw(text)).rows,
  }
}
