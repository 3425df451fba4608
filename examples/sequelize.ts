// Sequelize on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/sequelize.ts`.

// #region pool
import { DataTypes, type Options, Sequelize } from 'sequelize'
import { Pool, type PoolClient } from 'statepool/pg'

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5,
  // What Sequelize sets on connections of its own.
  onConnect: async client => {
    await client.query("SET client_min_messages TO warning; SET TIME ZONE 'UTC'")
  },
})

// With `databaseVersion`, Sequelize opens no connection by itself to ask for it.
const sequelize = new Sequelize({ dialect: 'postgres', databaseVersion: '16.0.0', logging: false } as Options)
Object.assign((sequelize as unknown as { connectionManager: object }).connectionManager, {
  pool: {
    acquire: () => pool.connect(),
    release: (client: PoolClient & { _invalid?: boolean }) => client.release(client._invalid),
    destroy: async (client: PoolClient) => client.release(true),
    drain: async () => {},
    destroyAllNow: () => pool.end(),
  },
})
// #endregion

const Pet = sequelize.define(
  'Pet',
  { id: { type: DataTypes.INTEGER, primaryKey: true }, name: DataTypes.TEXT },
  { tableName: 'sequelize_pets', timestamps: false },
)
await Pet.sync()

// #region transactions
await sequelize.transaction(async transaction => {
  await Pet.create({ id: 1, name: 'Rex' }, { transaction })
  await Pet.create({ id: 2, name: 'Mia' }, { transaction })
})

// An error rolls the transaction back.
await sequelize
  .transaction(async transaction => {
    await Pet.destroy({ where: {}, transaction })
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))
// #endregion

const pets = await Pet.findAll({ order: ['id'] })
console.log(
  'pets:',
  pets.map(pet => pet.get('name')),
)
await Pet.drop()

// #region end
await sequelize.close() // ends the pool, which waits for transactions under way
console.log('state:', pool.statepool.stats().state)
// #endregion
