// The same program on statepool. Run it with `DATABASE_URL=postgres://… npx tsx examples/migrating/pg-pool-after.ts`.

import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

const pool = createPool(postgres(process.env.DATABASE_URL), {
  min: 0,
  max: 10,
  idleTimeout: 30_000,
  acquireTimeout: 5_000,
  maxLifetime: 1_800_000,
})
pool.events$.subscribe(event => {
  if (event.type === 'connection.lost') console.error(event.error) // only if you want to know
})

const { rows } = await pool.use(client => client.query('select 6 * 7 as answer'))
console.log('answer:', rows[0].answer)

const user = await pool.transaction(async client => {
  await client.query("select set_config('app.user', 'ada', true)")
  const { rows } = await client.query("select current_setting('app.user') as name")
  return rows[0].name
})
console.log('user:', user)

await pool.close()
