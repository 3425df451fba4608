// Statements of many callers on few connections: PostgreSQL's pipeline mode. Run it with `DATABASE_URL=postgres://… npx tsx examples/sharing.ts`.

// #region core
import type pg from 'pg'
import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

const connectionString = process.env.DATABASE_URL
const pool = createPool(postgres({ connectionString }), { max: 10, share: true })
const { rows } = await pool.query<pg.QueryResult>('SELECT $1::int AS answer', [42])
// #endregion
console.log(rows[0])
const answers = await Promise.all(
  Array.from({ length: 100 }, (_, n) => pool.query<pg.QueryResult>('SELECT $1::int AS n', [n])),
)
console.log(`${answers.length} answers on at most 10 connections: ${pool.stats().opened <= 10}`)
await pool.close()
console.log('state:', pool.stats().state)
