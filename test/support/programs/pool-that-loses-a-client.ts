// A program whose server ends a client, and in which nobody listens for errors: does it survive? Arguments: which pool, and
// whether the client is idle, lent, or runs a query of the pool's own, and pg.Client's config.

import { once } from 'node:events'
import pg from 'pg'
import { Pool } from '../../../src/db/pg/index.js'

const [, , kind, situation, config] = process.argv
const server = JSON.parse(config ?? '{}')
const pool =
  kind === 'pg.Pool'
    ? new pg.Pool(server)
    : new Pool({
        ...server,
        likePgPool: kind === 'drop-in with the habit' ? ['throwUnhandledErrors'] : false,
      })
const other = new pg.Client(server)
await other.connect()

// What a holder hangs on a client, or on its connection, ends with the lease; what a `connect` listener does stays.
const end = new Promise(resolve => {
  pool.once('connect', client => {
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
    connection.once('end', resolve)
  })
})
const client = await pool.connect()
const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
if (situation !== 'lent') client.release()
const acquired = situation === 'querying' ? once(pool, 'acquire') : undefined
const query = situation === 'querying' ? pool.query('SELECT pg_sleep(60)').catch(() => {}) : undefined
await acquired
await other.query('SELECT pg_terminate_backend($1, 5000)', [rows[0].pid])
await end
if (situation === 'lent') client.release()
await query
process.stdout.write((await pool.query("SELECT 'alive' AS still")).rows[0].still)
await Promise.all([pool.end(), other.end()])
