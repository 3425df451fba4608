// What idle and ageing connections need, for any pool: never too much at once, never below the minimum, never for ever later.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nextUpkeep,
  retirementTime,
  type UpkeepFacts,
  type UpkeepPolicy,
  upkeepDue,
} from '../../../src/machines/decisions/upkeep.js'

const now = 1_000_000
const never = Number.POSITIVE_INFINITY
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const past = fc.integer({ min: 0, max: now })
const limit = fc.oneof(fc.integer({ min: 1, max: 2 * now }), fc.constant(never))

const facts: fc.Arbitrary<UpkeepFacts> = fc.record({
  retireAt: fc.oneof(fc.integer({ min: 1, max: 2 * now }), fc.constant(never)),
  idleSince: past,
  provenAt: past,
  idleJitter: fraction,
})
const policies: fc.Arbitrary<UpkeepPolicy> = fc.record({
  idleTimeout: fc.oneof(limit, fc.constant(0)),
  keepalive: limit,
  maxLifetime: limit,
})
const pools = fc
  .record({
    idle: fc.array(facts, { maxLength: 5 }),
    lent: fc.array(facts, { maxLength: 5 }),
    min: fc.nat(8),
    others: fc.nat(3),
  })
  .map(({ idle, lent, min, others }) => ({
    idle: idle.sort((a, b) => a.idleSince - b.idleSince),
    lent,
    count: idle.length + lent.length + others,
    size: { min, max: 20 },
  }))

type AnyPool = typeof pools extends fc.Arbitrary<infer P> ? P : never

/** Without a maximum lifetime nobody has a time to retire at. */
function ageless(pool: AnyPool): AnyPool {
  const forEver = (each: UpkeepFacts) => ({ ...each, retireAt: never })
  return { ...pool, idle: pool.idle.map(forEver), lent: pool.lent.map(forEver) }
}

const check = (property: (pool: AnyPool, policy: UpkeepPolicy) => void): void =>
  fc.assert(
    fc.property(pools, policies, (pool, policy) =>
      property(policy.maxLifetime === never ? ageless(pool) : pool, policy),
    ),
    { numRuns: 2_000 },
  )

describe('upkeep, for any pool,', () => {
  it('retires the idle only while there are more than the minimum, one that is old not counted', () =>
    check(({ idle, lent, count, size }, policy) => {
      const due = upkeepDue(idle, lent, count, size, policy, now)
      const left = count - Number(due.retireOld !== undefined) - Number(due.retireIdle !== undefined)
      if (due.retireIdle !== undefined) expect(left).toBeGreaterThanOrEqual(size.min)
    }))

  it('does one thing to one connection: three different ones, if any', () =>
    check(({ idle, lent, count, size }, policy) => {
      const { retireOld, retireIdle, validate } = upkeepDue(idle, lent, count, size, policy, now)
      const chosen = [retireOld, retireIdle, validate].filter(each => each !== undefined)
      expect(new Set(chosen).size).toBe(chosen.length)
    }))

  it('retires only what is too old or idle for too long, and validates only what has not proven itself lately', () =>
    check(({ idle, lent, count, size }, policy) => {
      const { retireOld, retireIdle, validate } = upkeepDue(idle, lent, count, size, policy, now)
      if (retireOld !== undefined) expect(retireOld.retireAt).toBeLessThanOrEqual(now)
      if (retireIdle !== undefined) {
        expect(now - retireIdle.idleSince).toBeGreaterThanOrEqual(policy.idleTimeout)
        expect(lent).not.toContain(retireIdle)
      }
      if (validate !== undefined) {
        expect(now - validate.provenAt).toBeGreaterThanOrEqual(policy.keepalive)
        expect(lent).not.toContain(validate)
      }
    }))

  it('leaves no old one behind: one after the other they all go', () =>
    check(({ idle, lent, count, size }, policy) => {
      const old = [...idle, ...lent].filter(({ retireAt }) => retireAt <= now)
      const gone = new Set<UpkeepFacts>()
      for (let round = 0; round < old.length; round++) {
        const stays = (each: UpkeepFacts) => !gone.has(each)
        const { retireOld } = upkeepDue(idle.filter(stays), lent.filter(stays), count, size, policy, now)
        if (retireOld !== undefined) gone.add(retireOld)
      }
      expect([...gone]).toEqual(expect.arrayContaining(old))
    }))

  it('looks again in the future, and some time if anything can ever be due', () =>
    check(({ idle, lent, count, size }, policy) => {
      const next = nextUpkeep(idle, lent, count, size, policy, now)
      expect(next).toBeGreaterThanOrEqual(now + 1)
      const isNeeded =
        (policy.idleTimeout > 0 && policy.idleTimeout < never) ||
        policy.keepalive < never ||
        policy.maxLifetime < never
      if (isNeeded) expect(next).toBeLessThan(never)
    }))

  it('never looks again if nothing has a limit', () => {
    const policy = { idleTimeout: never, keepalive: never, maxLifetime: never }
    const one = { retireAt: never, idleSince: 0, provenAt: 0, idleJitter: 0 }
    expect(nextUpkeep([one], [one], 2, { min: 0, max: 2 }, policy, now)).toBe(never)
  })

  it('is not late: whatever is due next is due no earlier than the next look, but for the pause between two', () =>
    check(({ idle, lent, count, size }, policy) => {
      const next = nextUpkeep(idle, lent, count, size, policy, now)
      const pause = Math.max(1, Math.min(policy.idleTimeout, policy.keepalive, policy.maxLifetime) / 100)
      for (const { retireAt } of [...idle, ...lent]) {
        if (retireAt > now + pause) expect(next).toBeLessThanOrEqual(retireAt)
      }
      for (const { provenAt } of idle) {
        const due = provenAt + policy.keepalive
        if (due > now + pause) expect(next).toBeLessThanOrEqual(due)
      }
    }))
})

describe('upkeep looks again', () => {
  const unlimited = { idleTimeout: never, keepalive: never, maxLifetime: never }
  const one = { retireAt: never, idleSince: now, provenAt: now, idleJitter: 0 }
  const nextIn = (idle: UpkeepFacts[], lent: UpkeepFacts[], policy: Partial<UpkeepPolicy>) =>
    nextUpkeep(
      idle,
      lent,
      idle.length + lent.length,
      { min: 0, max: 500 },
      { ...unlimited, ...policy },
      now,
    ) - now

  it('before a connection that is opened now can be too old: after three quarters of the lifetime', () => {
    expect(nextIn([one], [], { maxLifetime: 1_000 })).toBe(750)
  })

  it('for a lent one at the moment when it is too old, and not before its return if it is already', () => {
    expect(nextIn([], [{ ...one, retireAt: now + 300 }], { maxLifetime: 1_000 })).toBe(300)
    expect(nextIn([], [{ ...one, retireAt: now }], { maxLifetime: 1_000 })).toBe(750)
    expect(nextIn([], [{ ...one, retireAt: now - 1 }], { maxLifetime: 1_000 })).toBe(750)
  })

  it('so often that all have their turn within half a period, lent ones too', () => {
    const due = Array.from({ length: 100 }, () => ({ ...one, provenAt: 0 }))
    expect(nextIn(due, [], { keepalive: 1_000 })).toBe(1_000 / 200)
    expect(nextIn(due, due, { keepalive: 1_000 })).toBe(1_000 / 400)
  })
})

describe('an idle connection is due', () => {
  it('when a timer of whole milliseconds rings, wherever in a millisecond it began', () => {
    fc.assert(
      fc.property(fraction, fraction, fc.integer({ min: 1, max: 9 }), (begin, idleJitter, idleTimeout) => {
        const one = { retireAt: never, idleSince: now + begin, provenAt: now, idleJitter }
        const policy = { idleTimeout, keepalive: never, maxLifetime: never }
        const dueAt = (time: number) => upkeepDue([one], [], 1, { min: 0, max: 1 }, policy, time).retireIdle
        expect(dueAt(now + begin + idleTimeout)).toBe(one)
        expect(dueAt(now + begin + idleTimeout - 0.9)).toBe(one)
        expect(dueAt(now + begin + idleTimeout - 1.1)).toBeUndefined()
      }),
    )
  })
})

describe('keepalive, for any number of idle connections,', () => {
  it('comes to each of them within one and a half times its period, and never to two at the same time', () => {
    const pool = fc.record({
      keepalive: fc.integer({ min: 1_000, max: 120_000 }),
      ages: fc.oneof(
        fc.array(fraction, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 300 }).map(length => Array.from({ length }, () => 0)), // opened together
      ),
    })
    fc.assert(
      fc.property(pool, ({ keepalive, ages }) => {
        const policy = { idleTimeout: never, keepalive, maxLifetime: never }
        const size = { min: ages.length, max: ages.length }
        const idle = ages.map(age => ({
          retireAt: never,
          idleSince: 0,
          provenAt: age * keepalive,
          idleJitter: 0,
        }))
        let time = keepalive
        let last = 0
        while (time < 4 * keepalive) {
          const { validate } = upkeepDue(idle, [], idle.length, size, policy, time)
          if (validate !== undefined) {
            expect(time - validate.provenAt).toBeLessThanOrEqual(1.5 * keepalive + 1)
            expect(time).toBeGreaterThan(last)
            validate.provenAt = last = time
          }
          time = nextUpkeep(idle, [], idle.length, size, policy, time)
        }
        for (const { provenAt } of idle) expect(time - provenAt).toBeLessThanOrEqual(1.5 * keepalive + 1)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a lifetime', () => {
  it('is cut by up to a quarter, so that connections opened together do not die together', () => {
    expect([0, 0.5, 0.999_999].map(random => Math.round(retirementTime(100, 1_000, random)))).toEqual([
      1_100, 975, 850,
    ])
    expect(retirementTime(100, never, 0.5)).toBe(never)
  })
})
