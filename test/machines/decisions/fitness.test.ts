// Whether a connection is fit to be lent or kept: where the limits lie, to the millisecond and to the use.
import { describe, expect, it } from 'vitest'
import { isSpent, isStale, isSuspect, whySpent } from '../../../src/machines/decisions/fitness.js'

const never = Number.POSITIVE_INFINITY

describe('a connection is stale', () => {
  const stale = (idleFor: number, validateAfter: number) =>
    isStale({ provenAt: 1_000, provenIn: 1 }, { validateAfter }, { current: 1 }, 1_000 + idleFor)

  it('when it last proved that it works longer ago than validateAfter', () => {
    expect([stale(499, 500), stale(500, 500), stale(501, 500)]).toEqual([false, false, true])
  })

  it('always for 0, also within the same millisecond; never for Infinity', () => {
    expect([stale(0, 0), stale(1e12, never)]).toEqual([true, false])
  })
})

describe('a connection is suspect', () => {
  const suspect = (provenIn: number, current: number, validateAfter: number) =>
    isSuspect({ provenIn }, { validateAfter }, { current })

  it('when another was found dead since it last proved itself', () => {
    expect([suspect(1, 1, 500), suspect(1, 2, 500), suspect(2, 2, 500)]).toEqual([false, true, false])
  })

  it('always in a pool that always validates, never in one that never does', () => {
    expect([suspect(1, 1, 0), suspect(1, 2, never)]).toEqual([true, false])
  })

  it('and is then stale, however lately it was used', () => {
    const facts = { provenAt: 1_000, provenIn: 1 }
    expect(isStale(facts, { validateAfter: 500 }, { current: 2 }, 1_000)).toBe(true)
  })
})

describe('a connection is spent', () => {
  const spent = (uses: number, age: number, maxUses: number, maxAge: number) =>
    isSpent({ uses, retireAt: maxAge }, { maxUses }, age)

  it('when it has been lent maxUses times', () => {
    expect([spent(1, 0, 2, never), spent(2, 0, 2, never), spent(3, 0, 2, never)]).toEqual([false, true, true])
  })

  it('when its time has come', () => {
    expect([spent(1, 99, never, 100), spent(1, 100, never, 100)]).toEqual([false, true])
  })

  it('never without limits', () => {
    expect(spent(1e9, 1e15, never, never)).toBe(false)
  })

  it('and says of which limit', () => {
    expect([whySpent({ uses: 2 }, { maxUses: 2 }), whySpent({ uses: 1 }, { maxUses: 2 })]).toEqual([
      'max uses',
      'max lifetime',
    ])
  })
})
