// Connections that open and end before they were of use: which they are, and how many of them are a loop.
import { describe, expect, it } from 'vitest'
import type { EndReason } from '../../../src/machines/connection-types.js'
import {
  afterStillborn,
  type FailureStreak,
  isFlapping,
  isLoop,
  isStillborn,
  noFailures,
} from '../../../src/machines/decisions/backoff.js'

const ended = (reason: EndReason) => ({ uses: 0, openedAt: 5_000, ending: { reason, error: undefined } })

describe('a connection was opened in vain', () => {
  it.each(['lost', 'validation failed', 'validation timeout'] as const)(
    'if it ended because it was: %s',
    why => {
      expect(isStillborn(ended(why), 5_500)).toBe(true)
    },
  )

  it.each([
    'destroyed',
    'idle timeout',
    'max lifetime',
    'max uses',
    'evicted',
    'resized',
    'pool closing',
    'reset failed',
  ])('but not if the pool or its user ended it: %s', why => {
    expect(isStillborn(ended(why as EndReason), 5_500)).toBe(false)
  })

  it('but not if it just ended', () => {
    expect(isStillborn({ uses: 0, openedAt: 5_000, ending: undefined }, 5_500)).toBe(false)
  })

  it('but not if it was lent before', () => {
    expect(isStillborn({ ...ended('lost'), uses: 1 }, 5_500)).toBe(false)
  })

  it('but not if it lived for longer than a second', () => {
    expect(isStillborn(ended('lost'), 6_000)).toBe(true)
    expect(isStillborn(ended('lost'), 6_001)).toBe(false)
  })

  it('but not if it never was open: that is a failed connect', () => {
    expect(isStillborn({ ...ended('lost'), openedAt: undefined }, 5_500)).toBe(false)
  })
})

describe('connections opened in vain', () => {
  const atTimes = (...times: number[]): FailureStreak => times.reduce(afterStillborn, noFailures)

  it('are counted while they come within five seconds of each other', () => {
    expect(atTimes(1_000, 6_000, 11_000)).toMatchObject({ stillborn: 3, stillbornAt: 11_000 })
    expect(atTimes(1_000, 6_000, 11_001)).toMatchObject({ stillborn: 1, stillbornAt: 11_001 })
  })

  it('are a loop when there are more of them than there are connections', () => {
    expect(isLoop(atTimes(1_000), 2, 1_001)).toBe(false)
    expect(isLoop(atTimes(1_000, 1_001), 2, 1_002)).toBe(true)
    expect(isLoop(atTimes(1_000, 1_001), 2, 9_000)).toBe(false)
  })
})

describe('connections are ending as soon as they are open', () => {
  it.each([
    [4, 3, 0, true],
    [3, 3, 0, false],
    [4, 3, 5_000, true],
    [4, 3, 5_001, false],
    [0, 3, 0, false],
  ])('%s of them, of at most %s, the last one %s ms ago: %s', (stillborn, max, ago, expected) => {
    expect(isFlapping({ stillborn, stillbornAt: 10_000 }, max, 10_000 + ago)).toBe(expected)
  })
})
