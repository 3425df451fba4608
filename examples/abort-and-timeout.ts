// Waiting has an end: a timeout of your own, an AbortSignal, a bound on the queue; and what each error says.

import { AcquireTimeoutError, createPool, PoolError } from 'statepool'
import { simulated } from 'statepool/simulated'

await using pool = createPool(simulated(), { min: 1, max: 1, maxWaiting: 1 })
await using lease = await pool.acquire()
console.log(`${lease.connectionId} is leased, and there is no other`)

// A timeout for this acquire: the error has the evidence as fields, and an explanation as its message.
try {
  await pool.acquire({ timeout: 50 })
} catch (error) {
  if (!(error instanceof AcquireTimeoutError)) throw error
  console.log(`${error.code}: leased: ${error.holders.length} of ${error.max}`)
  console.log(error.message)
}

// A signal: a request whose client went away need not wait any longer. No connection is lost by it.
const client = new AbortController()
const waiting = pool.acquire({ signal: client.signal })
client.abort(new Error('the client went away'))
await waiting.catch((error: PoolError) => console.log(`${error.code}: ${(error.cause as Error).message}`))

// A bound on the queue: one may wait here, the second is told at once.
const patient = pool.acquire()
await pool.acquire().catch((error: PoolError) => console.log(`${error.code}: ${error.message}`))

// Programs branch on classes or codes, and never on messages.
lease.release()
const next = await patient
next.release()
try {
  next.release()
} catch (error) {
  if (error instanceof PoolError) console.log(`${error.code}: ${error.message}`)
}
