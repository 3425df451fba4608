// With pg.Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/migrating/pg-pool-before.ts`.

import pg from 'pg'

const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  idleTimeoutMillis: 30_000,
  connectionTimeoutMillis: 5_000,
  maxLifetimeSeconds: 1_800,
})
pool.on('error', error => console.error(error)) // without it, a lost idle connection ends the process

const { rows } = await pool.query('select 6 * 7 as answer')
console.log('answer:', rows[0].answer)

const client = await pool.connect()
let broken: Error | undefined
try {
  await client.query('begin')
  await client.query("select set_config('app.user', 'ada', true)")
  const { rows } = await client.query("select current_setting('app.user') as name")
  await client.query('commit')
  console.log('user:', rows[0].name)
} catch (error) {
  await client.query('rollback').catch((failure: Error) => {
    broken = failure
  })
  throw error
} finally {
  client.release(broken)
}

await pool.end()
