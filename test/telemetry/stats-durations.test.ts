// Durations are counted in buckets whose percentiles are within 6 %, since the start and over the last minute, in bounded memory.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DurationHistogram } from '../../src/actors/watching/durations.js'

const none = { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 }
const minute = 60_000

describe('a histogram of durations', () => {
  it('of which none was recorded is all zero', () => {
    expect(new DurationHistogram().stats(0)).toEqual({ sinceStart: none, lastMinute: none })
  })

  it('tells percentiles within 6 % of the truth, and the others exactly, for whatever it is given', () => {
    const duration = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 4_000_000, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), durations => {
        const histogram = new DurationHistogram()
        for (const value of durations) histogram.record(value, 0)
        const { count, mean, max, ...percentiles } = histogram.stats(0).sinceStart
        const sorted = [...durations].sort((a, b) => a - b)
        expect(count).toBe(durations.length)
        expect(max).toBe(sorted.at(-1))
        expect(mean).toBeCloseTo(durations.reduce((sum, value) => sum + value, 0) / durations.length, 5)
        for (const [name, value] of Object.entries(percentiles)) {
          const truth = sorted[Math.ceil((Number(name.slice(1)) / 100) * sorted.length) - 1] as number
          expect(Math.abs(value - truth)).toBeLessThanOrEqual(truth / 16 + 0.001)
        }
      }),
    )
  })

  it('counts hours as 71 minutes, but in the longest', () => {
    const histogram = new DurationHistogram()
    for (let hours = 1; hours <= 5; hours++) histogram.record(hours * 3_600_000, 0)
    const { p99, max } = histogram.stats(0).sinceStart
    expect(p99).toBeGreaterThan(65 * minute)
    expect(p99).toBeLessThan(75 * minute)
    expect(max).toBe(5 * 3_600_000)
  })
})

describe('the last minute', () => {
  it('forgets what is older, and the total does not', () => {
    const histogram = new DurationHistogram()
    histogram.record(1, 1_000)
    histogram.record(9, 58_000)
    const counts = (now: number) => {
      const { sinceStart, lastMinute } = histogram.stats(now)
      return [sinceStart.count, lastMinute.count, lastMinute.max]
    }
    expect(counts(59_999)).toEqual([2, 2, 9])
    expect(counts(60_000)).toEqual([2, 1, 9])
    expect(counts(109_999)).toEqual([2, 1, 9])
    expect(counts(110_000)).toEqual([2, 0, 0])
  })

  it('is right whenever one looks, and however long nothing happened', () => {
    const step = fc.record({ pause: fc.nat({ max: 40_000 }), duration: fc.nat({ max: 100 }) })
    fc.assert(
      fc.property(fc.array(step), fc.nat({ max: 3_000_000 }), (steps, start) => {
        const histogram = new DurationHistogram()
        const told: { at: number; duration: number }[] = []
        let now = start
        for (const { pause, duration } of steps) {
          now += pause
          histogram.record(duration, now)
          told.push({ at: now, duration })
          const oldest = (Math.floor(now / 10_000) - 5) * 10_000
          const recent = told.filter(({ at }) => at >= oldest)
          const { sinceStart, lastMinute } = histogram.stats(now)
          expect([sinceStart.count, lastMinute.count]).toEqual([told.length, recent.length])
          expect(lastMinute.max).toBe(Math.max(...recent.map(({ duration }) => duration)))
        }
      }),
    )
  })
})
