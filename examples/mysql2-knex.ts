// Knex on the drop-in pool. Run it with `DATABASE_URL=mysql://… npx tsx examples/mysql2-knex.ts`.

import knex from 'knex'
import { createPool } from 'statepool/mysql2'

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 5 })
const db = knex({ client: 'mysql2', connectionPool: pool })

await db.schema.dropTableIfExists('knex_pet')
await db.schema.createTable('knex_pet', table => {
  table.integer('id').primary()
  table.string('name', 40)
})

await db.transaction(async trx => {
  await trx('knex_pet').insert({ id: 1, name: 'Rex' })
  await trx('knex_pet').insert({ id: 2, name: 'Mia' })
})

// What throws is rolled back.
await db
  .transaction(async trx => {
    await trx('knex_pet').delete()
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))

console.log('pets:', await db('knex_pet').orderBy('id').pluck('name'))

// In a transaction: outside of one, Knex 3.3 releases the connection of a stream twice (knex #6515).
const streamed: string[] = []
await db.transaction(async trx => {
  for await (const pet of trx('knex_pet').orderBy('id').stream()) streamed.push(pet.name)
})
console.log('streamed:', streamed)

console.log('connections:', pool.statepool.stats().total)
await db.schema.dropTable('knex_pet')
await db.destroy() // Knex leaves a pool of the application's own open
await pool.promise().end()
console.log('state:', pool.statepool.stats().state)
