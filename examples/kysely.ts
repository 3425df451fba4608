// Kysely on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/kysely.ts`.

// #region pool
import { Kysely, PostgresDialect, sql } from 'kysely'
import Cursor from 'pg-cursor'
import { Pool } from 'statepool/pg' // was: from 'pg'

interface Tables {
  kysely_pets: { id: number; name: string }
}

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5,
  connectionTimeoutMillis: 5_000, // how long a query waits for a client
  onConnect: async client => {
    await client.query("SET statement_timeout = '30s'")
  },
})
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) })
// #endregion

await sql`CREATE TABLE kysely_pets (id int PRIMARY KEY, name text)`.execute(db)

// #region transactions
await db.transaction().execute(async trx => {
  await trx.insertInto('kysely_pets').values({ id: 1, name: 'Rex' }).execute()
  await trx.insertInto('kysely_pets').values({ id: 2, name: 'Mia' }).execute()
})

// What throws is rolled back.
await db
  .transaction()
  .execute(async trx => {
    await trx.deleteFrom('kysely_pets').execute()
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))

// In place of nested transactions, Kysely has savepoints.
const trx = await db.startTransaction().execute()
try {
  const tried = await trx.savepoint('tried').execute()
  await tried.deleteFrom('kysely_pets').where('name', '=', 'Rex').execute()
  await tried.rollbackToSavepoint('tried').execute()
  await trx.updateTable('kysely_pets').set({ name: 'Max' }).where('id', '=', 1).execute()
  await trx.commit().execute()
} catch (error) {
  await trx.rollback().execute()
  throw error
}
// #endregion

const pets = await db.selectFrom('kysely_pets').select('name').orderBy('id').execute()
console.log(
  'pets:',
  pets.map(pet => pet.name),
)

// #region stream
const streamed: string[] = []
for await (const pet of db.selectFrom('kysely_pets').selectAll().orderBy('id').stream(100)) {
  streamed.push(pet.name)
}
// #endregion
console.log('streamed:', streamed)

await sql`DROP TABLE kysely_pets`.execute(db)

// #region end
const { total, opened } = pool.statepool.stats()
console.log('clients:', total, 'opened:', opened)
await db.destroy() // ends the pool
console.log('state:', pool.statepool.stats().state)
// #endregion
