// rate-limiter-flexible on the drop-in Pool. Run it with `DATABASE_URL=postgres://… npx tsx examples/rate-limiter-flexible.ts`.

// #region pool
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { Pool } from 'statepool/pg'

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
const limiter = await new Promise<RateLimiterPostgres>((resolve, reject) => {
  const created: RateLimiterPostgres = new RateLimiterPostgres(
    { storeClient: pool, tableName: 'rate_limits', points: 2, duration: 60 },
    error => (error ? reject(error) : resolve(created)),
  )
})
// #endregion

// #region use
for (let request = 1; request <= 3; request++) {
  const allowed = await limiter.consume('ada').then(
    () => true,
    () => false,
  )
  console.log(`request ${request}:`, allowed ? 'allowed' : 'refused')
}
// #endregion

await pool.query('DROP TABLE rate_limits')

// #region end
await pool.end()
console.log('state:', pool.statepool.stats().state)
// #endregion
