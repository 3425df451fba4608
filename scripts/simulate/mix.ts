// Any mix of shared statements, leases, transactions, quiet BEGINs, cancels, errors and losses, drawn from one seed.

import { type SimulatedConnection, type SimulatedResult, simulated } from '../../src/db/simulated/index.js'
import { createPool, type QueryOptions } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { promisesAtRest } from '../../src/testing/rest.js'
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js'

/** What became of the statements. */
export interface Counts {
  answered: number
  failed: number
  /** Their callers gave up. */
  givenUp: number
}

const failures = /^(XX000|08|57P01|25P02|ECONNRESET|LEASE_REVOKED)/
const farewells = /^(QUERY_TIMEOUT|QUERY_ABORTED|ACQUIRE_TIMEOUT|ACQUIRE_ABORTED)$/

/** Runs `length` statements. Each gets the answer to itself, or one error that is its own. */
export async function mix(seed: number, length: number): Promise<Counts> {
  const random = createRandom(seed, 'mixes')
  const clock = createSimulatedClock({ rest: promisesAtRest })
  const depth = random.int(1, 8)
  const driver = simulated({
    seed,
    clock,
    connectLatency: [1, 40],
    queryLatency: [0, random.int(1, 60)],
    cancelLatency: [0, random.int(0, 20)],
    cancelFailureRate: random() < 0.3 ? random() : 0,
    unhealthyRate: random() * 0.2,
    queryFailureRate: random() * 0.2,
    queryHangRate: 0,
    loseAfter: random() < 0.5 ? [50, 2_000] : Number.POSITIVE_INFINITY,
    resetFailureRate: random() * 0.1,
  })
  const max = random.int(1, 4)
  const pool = createPool(driver, {
    min: random.int(0, max),
    max,
    share: { depth, patience: random.int(0, 100) },
    acquireTimeout: 60_000,
    maxUses: random.int(1, 30),
    clock,
    random,
  })
  const counts: Counts = { answered: 0, failed: 0, givenUp: 0 }
  const givesUp = random() < 0.7 ? random() * 0.4 : 0
  const limits = (): QueryOptions | undefined => {
    if (random() >= givesUp) return undefined
    if (random() < 0.5) return { timeout: random.int(1, 120) }
    const controller = new AbortController()
    clock.setTimeout(() => controller.abort('enough'), random.int(0, 120))
    return { signal: controller.signal }
  }
  /** A signal that may abort while a callback runs. */
  const aborts = (): { signal: AbortSignal } | undefined => {
    const signal = limits()?.signal
    return signal && { signal }
  }
  const own = new Set<SimulatedConnection>()
  const settle = (text: string, limited = false) =>
    [
      ({ rows: [row] }: SimulatedResult) => {
        demand(row?.sql === text, () => `the caller of ${text} got the answer to ${row?.sql}`)
        counts.answered++
      },
      (error: { code?: string }) => {
        if (limited && farewells.test(error.code ?? '')) counts.givenUp++
        else {
          demand(failures.test(error.code ?? ''), () => `the caller of ${text} got ${error}`)
          counts.failed++
        }
      },
    ] as const
  const query = (text: string): Promise<void> => {
    const options = limits()
    return pool.query<SimulatedResult>(text, undefined, options).then(...settle(text, options !== undefined))
  }
  const steps: Promise<unknown>[] = []
  for (let i = 0; i < length; i++) {
    const text = `select ${seed}.${i}`
    const kind = random()
    if (kind < 0.78) steps.push(query(text))
    else if (kind < 0.81) steps.push(query(`select begin_quietly() -- ${i}`))
    else if (kind < 0.83) steps.push(query(`begin -- ${i}`))
    else if (kind < 0.9) {
      const options = aborts()
      const transaction = pool.transaction(connection => connection.query(text), options)
      steps.push(transaction.then(...settle(text, options !== undefined)))
    } else {
      const options = aborts()
      steps.push(
        pool
          .use(async connection => {
            const { running, transaction } = connection
            demand(
              running === 0 && transaction === 'none' && !own.has(connection),
              () => `a lease of connection ${connection.id} is not alone: ${running}, ${transaction}`,
            )
            own.add(connection)
            try {
              return await connection.query(text)
            } finally {
              demand(connection.running <= 1, () => 'a statement of another caller has joined a lease')
              own.delete(connection)
            }
          }, options)
          .then(...settle(text, options !== undefined)),
      )
    }
    for (const { running } of driver.database.connections)
      demand(running <= depth, () => `${running} statements are under way, and ${depth} may be`)
    if (random() < 0.5) await clock.advance(random.int(0, 30))
  }
  await within(120_000, Promise.all(steps), clock)
  while (pool.stats().busy > 0 && clock.now() < 600_000) await clock.advance(50) // what callers gave up may run on
  const { busy, waiting } = pool.stats()
  demand(busy === 0 && waiting === 0, () => `${busy} connections are busy and ${waiting} wait in the end`)
  await within(60_000, pool.close(), clock)
  await clock.advance(200) // callers who were answered before they gave up, requests to cancel that were lost
  const { open } = driver.database
  demand(open === 0, () => `${open} connections are left`)
  demand(clock.pending === 0, () => `${clock.pending} timers are left`)
  const { answered, failed, givenUp } = counts
  demand(answered + failed + givenUp === length, () => `${JSON.stringify(counts)} of ${length} statements`)
  return counts
}

/** Lets time pass until a promise settles: no longer, for an idle pool has its connections lost and opened again. */
async function within(time: number, promise: Promise<unknown>, clock: SimulatedClock): Promise<void> {
  let over = false
  const done = promise.finally(() => {
    over = true
  })
  done.catch(() => {})
  for (let step = 1; !over && time > 0; step = Math.min(2 * step, 500)) {
    await clock.advance(step)
    time -= step
  }
  demand(over, () => 'there is no answer, and no error')
  await done
}

function demand(holds: boolean, finding: () => string): void {
  if (!holds) throw new Error(finding())
}
