// Any mix of shared statements, leases, transactions, quiet BEGINs, cancels, errors and losses, drawn from one seed.

import { expect } from 'vitest'
import { type SimulatedConnection, type SimulatedResult, simulated } from '../../src/db/simulated/index.js'
import { createPool, type QueryOptions } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

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
  const clock = createSimulatedClock()
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
  const own = new Set<SimulatedConnection>()
  const settle = (text: string, limited = false) =>
    [
      ({ rows: [row] }: SimulatedResult) => {
        expect(row?.sql).toBe(text)
        counts.answered++
      },
      (error: { code?: string }) => {
        if (limited && farewells.test(error.code ?? '')) counts.givenUp++
        else {
          expect(error.code).toMatch(failures)
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
    else if (kind < 0.9)
      steps.push(pool.transaction(connection => connection.query(text)).then(...settle(text)))
    else
      steps.push(
        pool
          .use(async connection => {
            expect(connection.running).toBe(0)
            expect(connection.transaction).toBe('none')
            expect(own.has(connection)).toBe(false)
            own.add(connection)
            try {
              return await connection.query(text)
            } finally {
              expect(connection.running).toBeLessThanOrEqual(1) // no statement of another caller has joined
              own.delete(connection)
            }
          })
          .then(...settle(text)),
      )
    for (const { running } of driver.database.connections) expect(running).toBeLessThanOrEqual(depth)
    if (random() < 0.5) await clock.advance(random.int(0, 30))
  }
  await Promise.all([Promise.all(steps), clock.advance(120_000)])
  expect(pool.stats()).toMatchObject({ busy: 0, waiting: 0 })
  await Promise.all([pool.close(), clock.advance(60_000)])
  expect(driver.database.open).toBe(0)
  expect(clock.pending).toBe(0)
  return counts
}
