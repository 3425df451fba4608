import { describe, expect, it } from 'vitest'
import { countedFor, reportDelay, validityOf } from '../../../src/machines/decisions/holding.js'

const ttl = 5_000
const waits = { held: 1, target: 1, need: 3, nextExpiry: 300 }

describe('a pool reports again', () => {
  it('five times in a time to live if it has what it needs', () => {
    for (const random of [0, 0.5, 0.99]) {
      const delay = reportDelay({ ...waits, need: 1 }, ttl, random)
      expect(Math.abs(delay - ttl / 5)).toBeLessThanOrEqual(ttl / 25)
    }
  })

  it('just after another one counts as gone if it needs more, each of many at a moment of its own', () => {
    const delays = [0, 0.25, 0.5, 0.75].map(random => reportDelay(waits, ttl, random))
    expect(delays).toEqual([301, 326, 351, 376])
    expect(reportDelay({ ...waits, nextExpiry: -20 }, ttl, 0.5)).toBe(1)
  })

  it('sooner if a connection is on its way to it', () => {
    expect(reportDelay({ ...waits, target: 2 }, ttl, 0.5)).toBe(100)
  })
})

it('a pool relies on an answer for less time than the ledger counts it, and that leaves time to connect', () => {
  expect([validityOf(ttl), countedFor(ttl), ttl]).toEqual([3_750, 4_250, 5_000])
})
