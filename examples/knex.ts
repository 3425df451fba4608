// Knex on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/knex.ts`.

// #region pool
import knex from 'knex'
import { Pool } from 'statepool/pg'

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5, // was: pool.max
  connectionTimeoutMillis: 5_000, // was: acquireConnectionTimeout
  options: '-c search_path=public', // was: searchPath
})
const db = knex({ client: 'pg', connectionPool: pool })
// #endregion

await db.schema.createTable('knex_pets', table => {
  table.integer('id').primary()
  table.text('name')
})

// #region transactions
await db.transaction(async trx => {
  await trx('knex_pets').insert([
    { id: 1, name: 'Rex' },
    { id: 2, name: 'Mia' },
  ])
})

// The inner transaction is a savepoint: it is rolled back, and the outer one is kept.
await db.transaction(async outer => {
  await outer('knex_pets').where({ id: 1 }).update({ name: 'Max' })
  await outer
    .transaction(async inner => {
      await inner('knex_pets').delete()
      throw new Error('not like this')
    })
    .catch((error: Error) => console.log('rolled back:', error.message))
})
// #endregion

console.log('pets:', await db('knex_pets').orderBy('id').pluck('name'))

// #region stream
const streamed: string[] = []
await db.transaction(async trx => {
  for await (const pet of trx('knex_pets').orderBy('id').stream()) streamed.push(pet.name)
})
// #endregion
console.log('streamed:', streamed)

// #region timeout
await db
  .raw('SELECT pg_sleep(60)')
  .timeout(500)
  .catch((error: Error) => console.log('too slow:', error.message))
// #endregion

await db.schema.dropTable('knex_pets')

// #region end
await pool.end() // first: it waits for transactions under way
await db.destroy() // leaves a pool of the application's own alone
console.log('state:', pool.statepool.stats().state)
// #endregion
