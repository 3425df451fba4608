// Any mix of shared statements, leases, transactions, quiet BEGINs, errors and losses: no answer goes to the wrong caller, and none is lost.

import { expect, it } from 'vitest'
import { type SimulatedConnection, type SimulatedResult, simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

/** Each has 100 statements. More for a longer search: PROPERTY_RUNS=10000 npx vitest run test/sharing/mixes */
const runs = Number(process.env.PROPERTY_RUNS ?? 60)

interface Counts {
  answered: number
  failed: number
}

async function mix(seed: number): Promise<Counts> {
  const random = createRandom(seed, 'mixes')
  const clock = createSimulatedClock()
  const depth = random.int(1, 8)
  const driver = simulated({
    seed,
    clock,
    connectLatency: [1, 40],
    queryLatency: [0, random.int(1, 60)],
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
  const counts: Counts = { answered: 0, failed: 0 }
  const own = new Set<SimulatedConnection>()
  const settle = (text: string) =>
    [
      ({ rows: [row] }: SimulatedResult) => {
        expect(row?.sql).toBe(text)
        counts.answered++
      },
      (error: { code?: string }) => {
        expect(error.code).toMatch(/^(XX000|08|57P01|25P02|ECONNRESET|LEASE_REVOKED)/)
        counts.failed++
      },
    ] as const
  const steps: Promise<unknown>[] = []
  for (let i = 0; i < 100; i++) {
    const text = `select ${seed}.${i}`
    const kind = random()
    if (kind < 0.8) steps.push(pool.query<SimulatedResult>(text).then(...settle(text)))
    else if (kind < 0.83) {
      const quiet = `select begin_quietly() -- ${i}`
      steps.push(pool.query<SimulatedResult>(quiet).then(...settle(quiet)))
    } else if (kind < 0.9) {
      steps.push(pool.transaction(connection => connection.query(text)).then(...settle(text)))
    } else
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
  const all = Promise.all(steps)
  await Promise.all([all, clock.advance(120_000)])
  expect(pool.stats()).toMatchObject({ busy: 0, waiting: 0 })
  await Promise.all([pool.close(), clock.advance(60_000)])
  expect(driver.database.open).toBe(0)
  return counts
}

it('gives each caller the answer to its own statement, or one error', async () => {
  const sums: Counts = { answered: 0, failed: 0 }
  for (let seed = 1; seed <= runs; seed++) {
    const { answered, failed } = await mix(seed)
    expect(answered + failed, `seed ${seed}`).toBe(100)
    sums.answered += answered
    sums.failed += failed
  }
  expect(sums.answered).toBeGreaterThan(sums.failed) // both kinds are among them
  expect(sums.failed).toBeGreaterThan(runs)
}, 600_000)
