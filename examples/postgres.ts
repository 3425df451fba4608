// A pool on PostgreSQL, from its start to its end. Run it with `DATABASE_URL=postgres://… npx tsx examples/postgres.ts`.

import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

const pool = createPool(postgres({ connectionString: process.env.DATABASE_URL, application_name: 'web' }), {
  min: 2,
  max: 10,
  acquireTimeout: 5_000,
})

// Fail at the start if the database cannot be reached, with an error that says why.
await pool.ready()

// The callback gets the `pg.Client` itself.
const primes = await pool.use(async client => {
  const { rows } = await client.query<{ n: number }>(
    'select n from generate_series(2, $1::int) n where not exists (select from generate_series(2, n - 1) d where n % d = 0)',
    [30],
  )
  return rows.map(row => row.n)
})
console.log('primes:', primes.join(' '))

// For when a callback does not fit: the lease ends with the block.
{
  await using lease = await pool.acquire()
  const { rows } = await lease.connection.query('select current_database() as name')
  console.log(`lease ${lease.id} reads from the database ${rows[0].name}`)
}

// When the program ends: waits for leases, then closes every connection gracefully.
await pool.close({ timeout: 10_000 })
console.log('state:', pool.stats().state)
