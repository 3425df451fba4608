// Objection on the drop-in Pool, through Knex. Run it with `DATABASE_URL=postgres://… npx tsx examples/objection.ts`.

// #region pool
import knex from 'knex'
import { Model } from 'objection'
import { Pool } from 'statepool/pg'

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
const db = knex({ client: 'pg', connectionPool: pool })
Model.knex(db)

class Pet extends Model {
  static override tableName = 'objection_pets'
  declare id: number
  declare name: string
}
// #endregion

await db.schema.createTable('objection_pets', table => {
  table.integer('id').primary()
  table.text('name')
})

// #region transactions
await Pet.transaction(async trx => {
  await Pet.query(trx).insert({ id: 1, name: 'Rex' })
  await Pet.query(trx).insert({ id: 2, name: 'Mia' })
})

// An error rolls the transaction back.
await Pet.transaction(async trx => {
  await Pet.query(trx).delete()
  throw new Error('not like this')
}).catch((error: Error) => console.log('rolled back:', error.message))
// #endregion

const pets = await Pet.query().orderBy('id')
console.log(
  'pets:',
  pets.map(pet => pet.name),
)
await db.schema.dropTable('objection_pets')

// #region end
await pool.end() // first: it waits for transactions under way
await db.destroy()
console.log('state:', pool.statepool.stats().state)
// #endregion
