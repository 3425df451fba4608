// pg-boss on the drop-in pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/pg-boss.ts`.

// #region pool
import PgBoss from 'pg-boss'
import { Pool } from 'statepool/pg'

const pool = new Pool({
  connectionString: process.env.DATABASE_URL,
  max: 5,
})

/** What pg-boss needs of a pool, or of a client. */
const runs = (client: Pick<Pool, 'query'>): PgBoss.Db => ({
  executeSql: (text, values) => client.query(text, values),
})

const boss = new PgBoss({ db: runs(pool) })
boss.on('error', error => console.error(error))
await boss.start()
await boss.createQueue('mail')
// #endregion

// #region transactions
// Sent when the transaction commits, together with whatever else it did.
await pool.statepool.transaction(client => boss.send('mail', { to: 'ada' }, { db: runs(client) }))

// Never sent: what throws is rolled back.
await pool.statepool
  .transaction(async client => {
    await boss.send('mail', { to: 'bob' }, { db: runs(client) })
    throw new Error('not like this')
  })
  .catch((error: Error) => console.log('rolled back:', error.message))
// #endregion

// #region work
await new Promise<void>(done => {
  boss.work<{ to: string }>('mail', async ([job]) => {
    console.log('mail to', job?.data.to)
    done()
  })
})
// #endregion

// #region end
await boss.stop() // waits for jobs that are worked on, and leaves the pool open
console.log('jobs left:', await boss.getQueueSize('mail'))

await pool.end()
console.log('state:', pool.statepool.stats().state)
// #endregion
