// Latencies and faults come from the seed: the same every time, within their ranges and at their rates.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SimulatedOptions, simulated } from '../../src/db/simulated/index.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

const never = new AbortController().signal
const seeds = fc.integer({ min: 0, max: 2 ** 31 })

/** Opens, asks and validates `times` times, one after another, and tells when each was answered and how. */
async function story(options: SimulatedOptions, times: number): Promise<string[]> {
  const clock = createSimulatedClock()
  const driver = simulated({ clock, ...options })
  const log: string[] = []
  const tell = async (what: string, promise: Promise<unknown>): Promise<void> => {
    const answer = promise.then(
      () => log.push(`${what} ok ${clock.now()}`),
      (error: { code: string }) => log.push(`${what} ${error.code} ${clock.now()}`),
    )
    await clock.runAll()
    await answer
  }
  for (let i = 0; i < times; i++) {
    const connecting = driver.connect({ signal: never, onLost() {} })
    await tell('connect', connecting)
    const connection = await connecting.catch(() => undefined)
    if (!connection) continue
    await tell('query', connection.query(i))
    await tell('validate', driver.validate(connection, { signal: never }))
    driver.destroy(connection)
  }
  return log
}

const countOf = (log: string[], start: string): number => log.filter(line => line.startsWith(start)).length

describe("the simulated database's randomness", () => {
  const faulty = fc.record({
    seed: seeds,
    connectLatency: fc.constant([1, 1_000] as const),
    queryLatency: fc.constant([1, 1_000] as const),
    connectFailureRate: fc.double({ min: 0, max: 1, noNaN: true }),
    queryFailureRate: fc.double({ min: 0, max: 1, noNaN: true }),
  })

  it('tells the same story for the same seed and settings', () =>
    fc.assert(
      fc.asyncProperty(faulty, async options => {
        expect(await story(options, 5)).toEqual(await story(options, 5))
      }),
      { numRuns: 30 },
    ))

  it('tells another story for another seed', () =>
    fc.assert(
      fc.asyncProperty(seeds, async seed => {
        const options = { connectLatency: [1, 1_000] as const }
        expect(await story({ ...options, seed }, 3)).not.toEqual(
          await story({ ...options, seed: seed + 1 }, 3),
        )
      }),
      { numRuns: 30 },
    ))

  it('keeps its faults when only the latencies are changed', () =>
    fc.assert(
      fc.asyncProperty(faulty, async options => {
        const verdicts = async (latency: number): Promise<string[]> => {
          const log = await story({ ...options, connectLatency: latency, queryLatency: [0, latency] }, 8)
          return log.map(line => line.replace(/ [\d.]+$/, ''))
        }
        expect(await verdicts(1)).toEqual(await verdicts(1_000))
      }),
      { numRuns: 30 },
    ))

  it('draws each latency evenly from its range', async () => {
    const times: number[] = []
    await fc.assert(
      fc.asyncProperty(seeds, async seed => {
        const [line] = await story({ seed, connectLatency: [200, 300] }, 1)
        times.push(Number(line?.split(' ').at(-1)))
      }),
      { numRuns: 500, seed: 1 },
    )
    expect(Math.min(...times)).toBeGreaterThanOrEqual(200)
    expect(Math.max(...times)).toBeLessThan(300)
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length
    expect(mean).toBeGreaterThan(240) // seven standard errors from 250
    expect(mean).toBeLessThan(260)
  })

  it('finds one validation in twenty unhealthy by default, and fails nothing else', async () => {
    const log = await story({ seed: 1 }, 4_000)
    expect(countOf(log, 'connect ok')).toBe(4_000)
    expect(countOf(log, 'query ok')).toBe(4_000)
    expect(countOf(log, 'validate 08006')).toBeGreaterThan(150) // 200 expected, 14 a standard deviation
    expect(countOf(log, 'validate 08006')).toBeLessThan(250)
  })

  it('fails as often as it is told to', () =>
    fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(0, 0.2, 0.5, 0.8, 1), async (seed, rate) => {
        const log = await story({ seed, unhealthyRate: rate }, 300)
        const share = countOf(log, 'validate 08006') / 300
        expect(Math.abs(share - rate)).toBeLessThanOrEqual(rate === 0 || rate === 1 ? 0 : 0.17) // six deviations
      }),
      { numRuns: 30 },
    ))
})
