// Drizzle on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/drizzle.ts`.

// #region pool
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { Pool } from 'statepool/pg' // was: from 'pg'

const pets = pgTable('drizzle_pets', { id: integer().primaryKey(), name: text().notNull() })

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5,
  connectionTimeoutMillis: 5_000, // how long a query waits for a client
})
const db = drizzle({ client: pool })
// #endregion

await db.execute(sql`CREATE TABLE drizzle_pets (id int PRIMARY KEY, name text NOT NULL)`)

// #region transactions
await db.insert(pets).values([
  { id: 1, name: 'Rex' },
  { id: 2, name: 'Mia' },
])

// The inner transaction is a savepoint: it is rolled back, and the outer one is kept.
await db.transaction(async outer => {
  await outer.update(pets).set({ name: 'Max' }).where(eq(pets.id, 1))
  await outer
    .transaction(async inner => {
      await inner.delete(pets)
      throw new Error('not like this')
    })
    .catch((error: Error) => console.log('rolled back:', error.message))
})
// #endregion

// #region prepared
const byId = db
  .select()
  .from(pets)
  .where(eq(pets.id, sql.placeholder('id')))
  .prepare('pet_by_id')
console.log('prepared:', await byId.execute({ id: 2 }))
// #endregion

console.log(
  'pets:',
  (await db.select().from(pets).orderBy(pets.id)).map(pet => pet.name),
)

await db.execute(sql`DROP TABLE drizzle_pets`)

// #region end
const { total, opened } = pool.statepool.stats()
console.log('clients:', total, 'opened:', opened)
await pool.end() // Drizzle has no end of its own
console.log('state:', pool.statepool.stats().state)
// #endregion
