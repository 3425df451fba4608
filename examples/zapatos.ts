// Zapatos on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/zapatos.ts`.

// #region pool
import { Pool } from 'statepool/pg'
import * as db from 'zapatos/db'

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
// #endregion

await pool.query('CREATE TABLE zapatos_pets (id int PRIMARY KEY, name text)')

// #region transactions
await db.readCommitted(pool, async tx => {
  await db.sql`INSERT INTO zapatos_pets VALUES (${db.param(1)}, ${db.param('Rex')})`.run(tx)
  await db.sql`INSERT INTO zapatos_pets VALUES (${db.param(2)}, ${db.param('Mia')})`.run(tx)
})

// An error rolls the transaction back.
await db
  .readCommitted(pool, async tx => {
    await db.sql`DELETE FROM zapatos_pets`.run(tx)
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))
// #endregion

const pets: { name: string }[] = await db.sql`SELECT name FROM zapatos_pets ORDER BY id`.run(pool)
console.log(
  'pets:',
  pets.map(pet => pet.name),
)
await pool.query('DROP TABLE zapatos_pets')

// #region end
await pool.end()
console.log('state:', pool.statepool.stats().state)
// #endregion
