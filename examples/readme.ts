// The program that the README shows. Run it with `DATABASE_URL=postgres://… npx tsx examples/readme.ts`.

import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

const pool = createPool(postgres({ connectionString: process.env.DATABASE_URL }), { min: 2, max: 10 })
await pool.ready() // two connections are up, or an error says why they are not

// Borrow for the length of a call: given back whatever happens.
const { rows } = await pool.use(client => client.query('select 6 * 7 as answer'))
console.log(rows[0])

// Borrow for the length of a block.
{
  await using lease = await pool.acquire({ timeout: 5_000 })
  await lease.connection.query('select 1')
}

await pool.close() // waits for leases, then for the server to let go
