// One process of `npm run fleet`: callers that ask for connections all the time. It tells its parent twice a second how it is, and closes its pool on SIGTERM.
import { postgres } from '../src/db/pg/index.js'
import { type FleetEngine, fleet } from '../src/fleet/index.js'
import { createPool } from '../src/index.js'

/** What the process is to do. */
export interface Task {
  readonly connectionString: string
  readonly name: string
  /** What the server is to call its sessions. */
  readonly application: string
  readonly connections: number
  readonly callers: number
  /** For how long each caller pauses at most before it asks again, in milliseconds. */
  readonly pause: number
  /** Where the Redis or the NATS is that keeps the budget; undefined = PostgreSQL keeps it. */
  readonly keeper: string | undefined
}

/** How it is. */
export interface Told {
  readonly served: number
  readonly failed: number
  /** Of these, those with a 53300 in them. */
  readonly tooMany: number
  /** What the last one that failed said. */
  readonly lastError: string
  readonly open: number
  readonly waiting: number
  readonly heldBack: boolean
  readonly away: boolean
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task
const { connectionString, name, connections, application, callers, pause } = task
const engine = task.keeper === undefined ? undefined : await engineAt(task.keeper)
const pool = createPool(postgres({ connectionString, application_name: application }), {
  name: application,
  max: connections,
  connectTimeout: 30_000, // two cores may have hundreds of processes to run
  acquireTimeout: Number.POSITIVE_INFINITY, // that callers wait long is what is shown
  fleet: fleet({ name, connections, ...(engine && { engine }) }),
})

/** Loads only the client that it needs: there may be hundreds of processes, and most of what each costs is its start. */
async function engineAt(url: string): Promise<FleetEngine> {
  const keeper = url.startsWith('nats:') ? import('./nats-keeper.js') : import('./redis-keeper.js')
  return (await keeper).engineAt(url)
}

let served = 0
let failed = 0
let tooMany = 0
let lastError = ''
let closing = false

const isTooMany = (error: unknown): boolean =>
  error instanceof Error && ((error as { code?: unknown }).code === '53300' || isTooMany(error.cause))

async function work(): Promise<void> {
  while (!closing) {
    try {
      await pool.use(client => client.query('SELECT pg_sleep(0.02)'))
      served++
    } catch (error) {
      if (closing) return
      failed++
      if (isTooMany(error)) tooMany++
      lastError = String(error)
    }
    await new Promise(resolve => setTimeout(resolve, pause * Math.random()))
  }
}

for (let caller = 0; caller < callers; caller++) void work()

function tell(): void {
  const { total, connecting, waiting, heldBack, budgetAway: away } = pool.stats()
  process.send?.({ served, failed, tooMany, lastError, open: total - connecting, waiting, heldBack, away })
}

tell() // Node has started
setInterval(tell, 500)

process.once('SIGTERM', async () => {
  closing = true
  await pool.close({ timeout: 5_000 })
  process.exit()
})
process.on('disconnect', () => process.exit()) // the parent is gone
