// graphile-worker on the drop-in pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/graphile-worker.ts`.

// #region pool
import { once } from 'node:events'
import { Logger, run } from 'graphile-worker'
import { Pool } from 'statepool/pg'

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5, // one of them listens for new jobs
})
pool.on('error', () => {}) // this pool needs no listeners, but
pool.on('connect', () => {}) // graphile-worker warns if there are none

const runner = await run({
  pgPool: pool,
  logger: new Logger(() => () => {}), // tells nothing, for this example
  taskList: {
    mail: payload => console.log('mail to', (payload as { to: string }).to),
  },
})
// #endregion

// #region transactions
const addMail = `select graphile_worker.add_job('mail', json_build_object('to', $1::text))`

// Never added: what throws is rolled back.
await pool.statepool
  .transaction(async client => {
    await client.query(addMail, ['bob'])
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))

const worked = once(runner.events, 'job:complete')

// Added when the transaction commits, together with whatever else it did.
await pool.statepool.transaction(client => client.query(addMail, ['ada']))
// #endregion

// #region end
await worked
await runner.stop() // waits for jobs that are worked on, and leaves the pool open
await pool.end()
console.log('state:', pool.statepool.stats().state)
// #endregion
