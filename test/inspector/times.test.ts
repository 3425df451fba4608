// Durations of the last ten seconds, and no others.
import { expect, it } from 'vitest'
import { RecentTimes, timesSpan } from '../../src/inspector/times.js'

it('percentiles are those of what was measured, in milliseconds', () => {
  const times = new RecentTimes()
  times.at(0)
  for (let wait = 1; wait <= 100; wait++) times.granted(wait)
  times.returned(0.25)
  const { wait, use, connect } = times.at(100)
  expect(wait.count).toBe(100)
  expect(wait.p50).toBeCloseTo(50, 0)
  expect(wait.p99).toBeCloseTo(99, 0)
  expect(wait.max).toBeCloseTo(100, 0)
  expect(use).toMatchObject({ count: 1, max: 0.25 })
  expect(connect).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 })
})

it('what was measured is forgotten after ten seconds', () => {
  const times = new RecentTimes()
  times.at(0)
  times.granted(5)
  expect(times.at(timesSpan - 2_001).wait.count).toBe(1)
  times.granted(7)
  expect(times.at(timesSpan + 1).wait).toMatchObject({ count: 1 })
  expect(times.at(3 * timesSpan).wait.count).toBe(0)
})

it('a long time without a look does no harm', () => {
  const times = new RecentTimes()
  times.at(0)
  times.connected(12)
  expect(times.at(1e9).connect.count).toBe(0)
  times.connected(3)
  expect(times.at(1e9 + 250).connect).toMatchObject({ count: 1 })
})
