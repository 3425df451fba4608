// The drop-in for pg.Pool: one changed import. Run it with `DATABASE_URL=postgres://… npx tsx examples/pg-pool.ts`.

// #region pool
import { Pool } from 'statepool/pg' // was: from 'pg'

const connectionString = process.env.DATABASE_URL
const pool = new Pool({ connectionString, max: 20 })
const { rows } = await pool.query('SELECT $1::int AS answer', [42])
// #endregion
console.log(rows[0])
await pool.end()

// #region share
const sharing = new Pool({ connectionString, max: 10, statepool: { share: true } })
// #endregion
console.log((await sharing.query('SELECT 1 AS one')).rows[0])
await sharing.end()
console.log('state:', sharing.statepool.stats().state)
