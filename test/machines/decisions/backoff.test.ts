// How long to wait before the next connect while they fail: ever longer, up to a limit, never at once, never in step.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffDelay, urgedBackoff } from '../../../src/machines/decisions/backoff.js'

const failures = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2 ** 31 }))
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('the back-off', () => {
  it('doubles with each failure, from 50 to 100 ms up to 15 to 30 s', () => {
    expect([1, 2, 3, 8, 9, 10, 1_000].map(count => backoffDelay(count, 0))).toEqual([
      50, 100, 200, 6_400, 12_800, 15_000, 15_000,
    ])
    expect([1, 2, 10].map(count => Math.round(backoffDelay(count, 0.999_999)))).toEqual([100, 200, 30_000])
  })

  it('is between 50 ms and 30 s, whatever happens', () => {
    fc.assert(
      fc.property(failures, random, (count, number) => {
        const delay = backoffDelay(count, number)
        expect(delay).toBeGreaterThanOrEqual(50)
        expect(delay).toBeLessThanOrEqual(30_000)
      }),
    )
  })

  it('is half a second at most once a caller had to be refused for it', () => {
    expect([50, 499, 500, 501, 30_000].map(urgedBackoff)).toEqual([50, 499, 500, 500, 500])
  })

  it('is spread over the upper half of its range by chance, and never gets shorter with more failures', () => {
    fc.assert(
      fc.property(failures, random, random, (count, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)]
        expect(backoffDelay(count, low)).toBeLessThanOrEqual(backoffDelay(count, high))
        expect(backoffDelay(count, high)).toBeLessThanOrEqual(2 * backoffDelay(count, low))
        expect(backoffDelay(count + 1, low)).toBeGreaterThanOrEqual(backoffDelay(count, low))
      }),
    )
  })
})
