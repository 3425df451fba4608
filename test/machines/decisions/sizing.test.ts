// How many connections to open: never too many, and never so few that a caller waits for nothing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  growth,
  isOwedAnAttempt,
  isQueueFull,
  isShort,
  type Pace,
  type Sizes,
} from '../../../src/machines/decisions/sizing.js'
import type { WhenDown } from '../../../src/machines/pool-types.js'

const count = fc.nat(12)
/** Any pool, also one that has more than its maximum because that was lowered. */
const pools = fc
  .record({ a: count, b: count, connecting: count, established: count, ending: count, queue: fc.nat(40) })
  .map(({ a, b, connecting, established, ending, queue }) => ({
    size: { min: Math.min(a, b), max: Math.max(a, b, 1) },
    roster: {
      connecting,
      established,
      total: connecting + established + ending,
      idle: 0,
      wasUp: true,
      served: 0,
      triedFor: 0,
    },
    queue: { length: queue, newest: queue },
  }))
const time = fc.double({ min: 0, max: 100_000, noNaN: true })
const paces: fc.Arbitrary<Pace> = fc.record({
  holdTime: fc.option(time, { nil: undefined }),
  longestHeld: time,
  connectTime: fc.option(time, { nil: undefined }),
})
const limits = fc.integer({ min: 1, max: 6 })

const check = (property: (pool: Sizes, maxConnecting: number, pace: Pace) => void): void =>
  fc.assert(fc.property(pools, limits, paces, property), { numRuns: 2_000 })

describe('growth, for any pool,', () => {
  it('opens no more than the maximum, and no more at once than maxConnecting', () =>
    check((pool, maxConnecting, pace) => {
      const { open } = growth(pool, maxConnecting, () => pace)
      expect(Number.isInteger(open) && open >= 0).toBe(true)
      if (open === 0) return
      expect(pool.roster.total + open).toBeLessThanOrEqual(pool.size.max)
      expect(pool.roster.connecting + open).toBeLessThanOrEqual(maxConnecting)
    }))

  it('opens no more than somebody needs', () =>
    check((pool, maxConnecting, pace) => {
      const { size, roster, queue } = pool
      const { open } = growth(pool, maxConnecting, () => pace)
      const needed = Math.max(size.min - roster.established, queue.length) - roster.connecting
      expect(open).toBeLessThanOrEqual(Math.max(0, needed))
    }))

  it('opens at least one if somebody waits, there is room, and none is being opened', () =>
    check((pool, maxConnecting, pace) => {
      const { size, roster, queue } = pool
      if (queue.length === 0 || roster.total >= size.max || roster.connecting > 0) return
      expect(growth(pool, maxConnecting, () => pace).open).toBeGreaterThanOrEqual(1)
    }))

  it('fills up to the minimum, as far as there is room', () =>
    check((pool, maxConnecting, pace) => {
      const { size, roster } = pool
      const missing = size.min - roster.established - roster.connecting
      const room = Math.min(size.max - roster.total, maxConnecting - roster.connecting)
      expect(growth(pool, maxConnecting, () => pace).open).toBeGreaterThanOrEqual(Math.min(missing, room))
    }))

  it('looks again if callers are left to wait for others although there is room', () =>
    check((pool, maxConnecting, pace) => {
      const { open, lookAgainIn } = growth(pool, maxConnecting, () => pace)
      const connecting = pool.roster.connecting + open
      const isRoom = pool.roster.total + open < pool.size.max && connecting < maxConnecting
      if (isRoom && pool.queue.length > connecting) {
        expect(lookAgainIn).toBeGreaterThan(0)
        expect(lookAgainIn).toBeLessThan(Number.POSITIVE_INFINITY)
      }
    }))

  it('agrees with isShort: a pool that is short and opens none is given one', () =>
    check((pool, maxConnecting, pace) => {
      if (pool.roster.connecting > 0) return
      expect(growth(pool, maxConnecting, () => pace).open > 0).toBe(isShort(pool))
    }))
})

describe('growth', () => {
  const pool = (established: number, connecting: number, waiting: number): Sizes => ({
    size: { min: 0, max: 10 },
    roster: {
      established,
      connecting,
      total: established + connecting,
      idle: 0,
      wasUp: true,
      served: 0,
      triedFor: 0,
    },
    queue: { length: waiting, newest: waiting },
  })
  const pace =
    (holdTime: number, connectTime: number, longestHeld = 0) =>
    () => ({
      holdTime,
      connectTime,
      longestHeld,
    })

  it('costs one connection when the queue is served sooner by those that come back', () => {
    expect(growth(pool(4, 0, 8), 10, pace(5, 100))).toEqual({ open: 1, lookAgainIn: 25 })
    expect(growth(pool(4, 1, 8), 10, pace(5, 100))).toEqual({ open: 0, lookAgainIn: 25 })
  })

  it('opens for everybody when leases last longer than connects', () => {
    expect(growth(pool(4, 0, 8), 10, pace(500, 100)).open).toBe(6)
    expect(growth(pool(4, 0, 3), 10, pace(500, 100)).open).toBe(3)
  })

  it('learns from leases that have not ended yet', () => {
    expect(growth(pool(4, 0, 4), 10, pace(5, 100, 1_000)).open).toBe(4)
  })

  it('waits for those that come back when they are back as soon as a new one would be open', () => {
    expect(growth(pool(1, 1, 2), 10, pace(100, 100))).toEqual({ open: 0, lookAgainIn: 25 })
    expect(growth(pool(1, 1, 2), 10, pace(101, 100))).toEqual({ open: 1, lookAgainIn: undefined })
  })

  it('does not look again when it opens as many as may be opened to fill the pool', () => {
    const { roster, queue } = pool(1, 0, 5)
    const filling = { size: { min: 2, max: 10 }, roster, queue }
    expect(growth(filling, 1, pace(5, 100))).toEqual({ open: 1, lookAgainIn: undefined })
  })

  it('opens for everybody where there is nothing to come back', () => {
    expect(growth(pool(0, 0, 30), 10, pace(5, 100)).open).toBe(10)
  })
})

describe('the line', () => {
  it('is full at maxWaiting, not counting callers for whom a connection can be opened', () => {
    const full = (waiting: number, established: number, maxWaiting: number) =>
      isQueueFull({
        size: { min: 0, max: 3 },
        roster: {
          established,
          connecting: 0,
          total: established,
          idle: 0,
          wasUp: true,
          served: 0,
          triedFor: 0,
        },
        queue: { length: waiting, newest: waiting },
        maxWaiting,
      })
    expect([full(0, 3, 0), full(0, 2, 0), full(1, 2, 0), full(2, 0, 0), full(3, 0, 0)]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ])
    expect([full(4, 3, 5), full(5, 3, 5), full(1_000_000, 3, Number.POSITIVE_INFINITY)]).toEqual([
      false,
      true,
      false,
    ])
    expect(full(0, 5, 0), 'more than the maximum, which was lowered').toBe(true)
  })
})

describe('the callers who have a connect tried', () => {
  const owed = (
    { newest = 2, triedFor = 1, length = 1, total = 0, established = 0, wasUp = false },
    whenDown: WhenDown = 'try',
  ) =>
    isOwedAnAttempt({
      size: { min: 0, max: 3 },
      roster: { established, connecting: total, total, idle: 0, wasUp, served: 0, triedFor },
      queue: { length, newest },
      whenDown,
    })

  it('are owed another one when one of them asked after the last one began', () => {
    expect([owed({}), owed({ triedFor: 2 }), owed({ triedFor: 0 })]).toEqual([true, false, true])
  })

  it('are owed none when none waits, nothing is down, or there is no room', () => {
    expect([owed({ length: 0, newest: 0 }), owed({ established: 1 }), owed({ total: 3 })]).toEqual([
      false,
      false,
      false,
    ])
  })

  it('are those of try, and of fail-until-up before the first connection', () => {
    expect(owed({}, 'fail-until-up')).toBe(true)
    expect(owed({ wasUp: true }, 'fail-until-up')).toBe(false)
    expect([owed({}, 'fail'), owed({}, 'wait')]).toEqual([false, false])
  })
})
