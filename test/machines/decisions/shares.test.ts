// How the pools of a fleet share its connections.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, shares, turn } from '../../../src/machines/decisions/shares.js'

const claim = (given: Partial<Claim>): Claim => {
  const { held = 0, min = 0, need = 0, since = 1, grantedAt = 0 } = given
  return { held, min, need: Math.max(min, need), since, grantedAt }
}

describe('pools whose callers all wait', () => {
  it('should have as many each, give or take one', () => {
    expect(shares([claim({ need: 9 }), claim({ need: 9 }), claim({ need: 9 })], 10, 0)).toEqual([4, 3, 3])
  })

  it('should have no more than they need, and leave the rest to the others', () => {
    expect(shares([claim({ need: 1 }), claim({ need: 9 }), claim({ need: 9 })], 10, 0)).toEqual([1, 5, 4])
  })

  it('should have what is kept for them, whatever that leaves to others', () => {
    expect(shares([claim({ min: 8 }), claim({ need: 9 })], 10, 0)).toEqual([8, 2])
  })

  it('have their turn where there are more of them than connections', () => {
    const holder = claim({ held: 1, need: 5, grantedAt: 0 })
    const waits = claim({ need: 5, since: 10 })
    const waitsForLonger = claim({ need: 5, since: 5 })
    expect(shares([holder, waits, waitsForLonger], 1, turn - 1)).toEqual([1, 0, 0])
    expect(shares([holder, waits, waitsForLonger], 1, turn)).toEqual([0, 0, 1])
  })

  it('do not move a connection that leaves them no more equal', () => {
    expect(shares([claim({ held: 1, need: 9 }), claim({ held: 2, need: 9 })], 3, 10 * turn)).toEqual([1, 2])
  })
})

describe('what a pool holds and does not need', () => {
  it('it keeps while others do not need it', () => {
    expect(shares([claim({ held: 7 }), claim({ need: 3 })], 10, 0)).toEqual([7, 3])
  })

  it('it gives up as far as others need it, all of them in turn, those with most of it first', () => {
    expect(shares([claim({ held: 3 }), claim({ held: 7 }), claim({ need: 3 })], 10, 0)).toEqual([2, 5, 3])
    expect(shares([claim({ held: 5 }), claim({ held: 5 }), claim({ need: 4 })], 10, 0)).toEqual([3, 3, 4])
  })
})

describe('whatever pools hold and need', () => {
  const pools = fc.array(
    fc.record({
      held: fc.nat(8),
      min: fc.nat(3),
      need: fc.nat(12),
      since: fc.nat(5_000),
      grantedAt: fc.nat(5_000),
    }),
    { maxLength: 12 },
  )

  it('their shares are no more than there are, fair, and keep every min', () => {
    fc.assert(
      fc.property(pools, fc.integer({ min: 1, max: 40 }), (given, connections) => {
        const all = given.map(claim)
        const mins = all.reduce((sum, { min }) => sum + min, 0)
        const held = all.reduce((sum, each) => sum + each.held, 0)
        fc.pre(mins <= connections)
        const targets = shares(all, connections, 5_000)
        expect(targets.reduce((sum, target) => sum + target, 0)).toBeLessThanOrEqual(
          Math.max(held, connections),
        )
        for (const [index, target] of targets.entries()) {
          const { min, need } = all[index] as Claim
          expect(target).toBeGreaterThanOrEqual(min)
          // A pool that needs more has no less than another one, give or take one, unless the other one's min says so.
          if (target < need)
            for (const [other, theirs] of targets.entries())
              expect(theirs - target <= 1 || theirs <= (all[other] as Claim).min).toBe(true)
        }
      }),
    )
  })
})
