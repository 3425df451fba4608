// pg-promise on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/pg-promise.ts`.

// #region pool
import pgPromise from 'pg-promise'
import { Pool } from 'statepool/pg'

const pgp = pgPromise()
// pg-promise makes its pool from `pgp.pg.Pool`; everything else of `pg` stays.
Object.assign(pgp, { pg: Object.create(pgp.pg, { Pool: { value: Pool } }) })

const db = pgp({ connectionString: process.env.DATABASE_URL as string, max: 5 })
const pool = db.$pool as unknown as Pool
// #endregion

await db.none('CREATE TABLE pg_promise_pets (id int PRIMARY KEY, name text)')

// #region transactions
await db.tx(async tx => {
  await tx.none('INSERT INTO pg_promise_pets VALUES ($1, $2)', [1, 'Rex'])
  await tx.none('INSERT INTO pg_promise_pets VALUES ($1, $2)', [2, 'Mia'])
})

// An error rolls the transaction back.
await db
  .tx(async tx => {
    await tx.none('DELETE FROM pg_promise_pets')
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))
// #endregion

console.log('pets:', await db.map('SELECT name FROM pg_promise_pets ORDER BY id', [], pet => pet.name))
await db.none('DROP TABLE pg_promise_pets')

// #region end
await pool.end()
console.log('state:', pool.statepool.stats().state)
// #endregion
