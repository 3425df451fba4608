// A function of a serverless platform, which freezes the process between two requests. Here a line on stdin is a request.
import { createInterface } from 'node:readline'
import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'

// #region handler
// Outside of the handler: each instance has one, and keeps it from request to request.
const pool = createPool(postgres(process.env.DATABASE_URL), { min: 0, max: 1 }) // as many as requests at a time

async function handler(): Promise<{ answer: number; session: number }> {
  const { rows } = await pool.use(client =>
    client.query('select 6 * 7 as answer, pg_backend_pid() as session'),
  )
  return rows[0] // every lease has ended before the process may be frozen
}
// #endregion

for await (const _request of createInterface({ input: process.stdin }))
  console.log(JSON.stringify(await handler()))
await pool.close()
