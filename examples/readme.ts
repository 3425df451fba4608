// The program that the README shows. Run it with `DATABASE_URL=postgres://… npx tsx examples/readme.ts`.

import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

const pool = createPool(postgres({ connectionString: process.env.DATABASE_URL }), { min: 2, max: 10 })
await pool.ready() // two connections are up, or an error says why they are not

// Lease a connection for one callback: the pool always gets it back.
const { rows } = await pool.use(client => client.query('select 6 * 7 as answer'))
console.log(rows[0])

// Lease a connection for as long as you need it. In TypeScript, and on Node 24: `await using lease = …`, without release().
const lease = await pool.acquire({ timeout: 5_000 })
try {
  await lease.connection.query('select 1')
} finally {
  lease.release()
}

await pool.close() // waits for leases, then closes every connection gracefully
