// A pool over a primary and its standbys. Run it with `DATABASE_URL=postgres://web@db1:5432,db2:5432/shop npx tsx examples/hosts.ts`.

// #region pool
import type pg from 'pg'
import { createHostPool } from 'statepool/hosts'
import { postgres } from 'statepool/pg'

// DATABASE_URL names all hosts, as for psql: postgres://web:secret@db1:5432,db2:5432/shop
const pool = createHostPool(postgres(process.env.DATABASE_URL), { name: 'shop', max: 10 })
await pool.ready()
// #endregion

// #region targets
await pool.use(async client => {
  await client.query('CREATE TEMPORARY TABLE visits (at timestamptz)')
  await client.query('INSERT INTO visits VALUES (now())') // the primary, wherever it is now
})
const answer = await pool.query<pg.QueryResult>('SELECT 6 * 7 AS answer', [], { target: 'prefer-standby' })
console.log(answer.rows[0])

// Repeated on the next primary if this one is demoted meanwhile.
await pool.transaction(client => client.query('SELECT 1'), { retry: 2 })
// #endregion

// #region events
pool.events$.subscribe(notice => {
  if (notice.type === 'host.changed') console.log(`${notice.host}: ${notice.from} → ${notice.to}`)
})
console.log(
  'hosts:',
  pool.hosts().map(({ state }) => state),
)
console.log(pool.health().status)
// #endregion

await pool.close()
console.log('open:', pool.stats().total)
