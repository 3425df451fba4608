// A pool as docs/production.md configures it. Run it with `DATABASE_URL=postgres://… npx tsx examples/going-live.ts`.

// #region pool
import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

const pool = createPool(postgres(process.env.DATABASE_URL), {
  name: 'orders', //          what metrics, logs and errors call it
  max: 10, //                 from the formula below
  acquireTimeout: 5_000, //   shorter than your clients wait: 30 s is long for a web request
  maxWaiting: 100, //         refuse early under overload
  leakWarning: 60_000, //     longer than your longest honest lease
  leakSampling: 0.01, //      the stack of one acquire in a hundred
  measure: true, //           percentiles in pool.stats()
})
await pool.ready() //         fails the start of a misconfigured process
// #endregion
await pool.use(client => client.query('SELECT 1'))
console.log('waits measured:', pool.stats().waitTime?.sinceStart.count)
await pool.close()
console.log('state:', pool.stats().state)
