// A program with a pool that does nothing more: does its process end by itself? Arguments: the situation, and pg.Client's config.

import { postgres } from '../../../src/db/pg/driver/postgres.js'
import { createPool, type PoolOptions } from '../../../src/index.js'

const [, , situation, config] = process.argv
const options: PoolOptions = {
  min: 2,
  // As it is by default, unless the situation says otherwise.
  ...((situation === 'idle, not allowed' || situation === 'closed') && { allowExitOnIdle: false }),
}
const server = JSON.parse(config ?? '{}')
// Nothing listens on port 1.
const pool = createPool(postgres(situation?.startsWith('refused') ? { ...server, port: 1 } : server), options)
await pool.ready().catch(error => {
  if (!situation?.startsWith('refused')) throw error
})

if (situation === 'busy') await pool.acquire()
if (situation === 'used') await pool.use(client => client.query('SELECT 1'))
if (situation === 'used in a transaction') await pool.use(client => client.query('BEGIN'))
if (situation === 'closed') await pool.close()
process.stdout.write('at rest')

if (situation === 'refused, ready() awaited') for (;;) await pool.ready().catch(() => {})
if (situation === 'closed under a lease') {
  await pool.acquire()
  await pool.close({ timeout: 300 })
  process.exitCode = pool.stats().state === 'closed' ? 0 : 1
}
