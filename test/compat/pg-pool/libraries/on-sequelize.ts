// Sequelize's adapter: the pool of its connection manager is replaced.

import type pg from 'pg'
import { DataTypes, type Options, QueryTypes, Sequelize, type Transaction } from 'sequelize'
import type { Pool } from '../../../../src/db/pg/index.js'
import type { QueryBuilder, Session } from './query-builder.js'

/** The parts of Sequelize's connection manager that are used here; its types leave them out. */
interface ConnectionManager {
  pool: object
}

type Client = pg.PoolClient & { _invalid?: boolean }

/** A Sequelize that leases its clients from this pool. */
export function sequelizeOn(pool: Pool): Sequelize {
  // With `databaseVersion` set, Sequelize does not connect by itself to ask for it; its types leave that out, too.
  const sequelize = new Sequelize({
    dialect: 'postgres',
    databaseVersion: '16.0.0',
    logging: false,
  } as Options)
  const { connectionManager } = sequelize as unknown as { connectionManager: ConnectionManager }
  connectionManager.pool = {
    acquire: () => pool.connect(),
    release: (client: Client) => client.release(client._invalid),
    destroy: async (client: Client) => client.release(true),
    drain: async () => {},
    destroyAllNow: () => pool.end(),
  }
  return sequelize
}

export function onSequelize(pool: Pool, table: string): QueryBuilder {
  const sequelize = sequelizeOn(pool)
  const pets = sequelize.define(
    'Pet',
    { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.TEXT },
    { tableName: table, timestamps: false },
  )
  const sessionOf = (transaction?: Transaction): Session => ({
    insert: (id, name) => pets.create({ id, name }, { transaction: transaction ?? null }),
    names: async () =>
      (await pets.findAll({ order: ['id'], transaction: transaction ?? null })).map(
        pet => pet.get('name') as string,
      ),
    rows: text =>
      sequelize.query(text, { type: QueryTypes.SELECT, transaction: transaction ?? null }) as Promise<
        Record<string, unknown>[]
      >,
  })
  return {
    ...sessionOf(),
    transaction: work => sequelize.transaction(transaction => work(sessionOf(transaction))),
    reasonOf: error => (error as { parent?: unknown }).parent ?? error,
    end: () => sequelize.close(),
  }
}
