// Drizzle on the drop-in pool. Run it with `DATABASE_URL=mysql://… npx tsx examples/mysql2-drizzle.ts`.

import { eq, sql } from 'drizzle-orm'
import { int, mysqlTable, varchar } from 'drizzle-orm/mysql-core'
import { drizzle } from 'drizzle-orm/mysql2'
import { createPool } from 'statepool/mysql2/promise' // was: from 'mysql2/promise'

const pets = mysqlTable('drizzle_pet', { id: int().primaryKey(), name: varchar({ length: 40 }).notNull() })

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 5 })
const db = drizzle({ client: pool })

await db.execute(sql`create or replace table drizzle_pet (id int primary key, name varchar(40) not null)`)
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

console.log(
  'pets:',
  (await db.select().from(pets).orderBy(pets.id)).map(pet => pet.name),
)

console.log('connections:', pool.statepool.stats().total)
await db.execute(sql`drop table drizzle_pet`)
await pool.end()
console.log('state:', pool.statepool.stats().state)
