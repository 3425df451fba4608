// How pools share a budget, decided from figures alone.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BudgetShare,
  mayOpen,
  nextInTurn,
  reclaims,
  spokenFor,
  turn,
} from '../../../src/machines/decisions/budget.js'

const share = (given: Partial<BudgetShare> = {}): BudgetShare => ({
  held: 0,
  min: 0,
  idle: 0,
  asked: undefined,
  owes: 0,
  grantedAt: 0,
  ...given,
})

describe('one more may be opened', () => {
  const open = (own: Partial<BudgetShare>, reserved: number, held: number) =>
    mayOpen(share(own), reserved, 10, held)

  it('while less than the budget is spoken for', () => {
    expect(open({}, 9, 5)).toBe(true)
    expect(open({}, 10, 5)).toBe(false)
  })

  it('by a pool with less than its min, for which it is kept', () => {
    expect(open({ min: 2, held: 1 }, 10, 9)).toBe(true)
    expect(open({ min: 2, held: 2 }, 10, 9)).toBe(false)
  })

  it('never when all are held, as after the budget was lowered', () => {
    expect(open({ min: 2 }, 10, 10)).toBe(false)
  })

  it('a pool speaks for what it holds or what is kept for it, whichever is more', () => {
    expect([spokenFor(share({ held: 3, min: 1 })), spokenFor(share({ held: 1, min: 3 }))]).toEqual([3, 3])
  })
})

describe('the next in turn', () => {
  it('is the one that holds least; of these, the one that has asked for longest', () => {
    const [rich, late, early] = [share({ held: 2, asked: 1 }), share({ asked: 3 }), share({ asked: 2 })]
    expect(nextInTurn([rich, late, early])).toBe(early)
    expect(nextInTurn([rich])).toBe(rich)
    expect(nextInTurn([])).toBeUndefined()
  })
})

describe('a connection is taken back', () => {
  const from = (others: readonly BudgetShare[], asking: BudgetShare, now = 0) =>
    reclaims([...others, asking], [asking], 0, now)

  it('from the pool with most idle ones that waits for none itself', () => {
    const [busy, idle, idler] = [share({ held: 5 }), share({ held: 2, idle: 1 }), share({ held: 2, idle: 2 })]
    const waiting = share({ held: 5, idle: 5, asked: 1 })
    expect(from([busy, waiting, idle, idler], share({ asked: 2 }))).toEqual([idler])
  })

  it('else from the one that holds most, if that is at least two more', () => {
    const [two, three] = [share({ held: 2, asked: 1 }), share({ held: 3, asked: 2 })]
    expect(from([two, three], share({ held: 1, asked: 3 }))).toEqual([three])
    expect(from([two, three], share({ held: 2, asked: 3 }))).toEqual([])
  })

  it('else, for one that has none, from one that has had its own for a turn', () => {
    const one = share({ held: 1, asked: 1, grantedAt: 100 })
    expect(from([one], share({ asked: 2 }), 99 + turn)).toEqual([])
    expect(from([one], share({ asked: 2 }), 100 + turn)).toEqual([one])
    expect(from([one], share({ held: 1, asked: 2 }), 100 + turn)).toEqual([])
  })

  it('for one with less than its min from any that holds more than its own', () => {
    const [kept, more] = [share({ held: 2, min: 2 }), share({ held: 2, min: 1 })]
    expect(from([kept, more], share({ held: 1, min: 2, asked: 1 }))).toEqual([more])
  })

  it('not twice for one that asks: what is owed already serves it', () => {
    const owing = share({ held: 5, owes: 1 })
    expect(from([owing], share({ asked: 1 }))).toEqual([])
    const [first, second] = [share({ asked: 1 }), share({ asked: 2 })]
    expect(reclaims([owing, first, second], [first, second], 0, 0)).toEqual([owing])
  })

  it('from those that hold most, when the budget was lowered, whether or not others ask', () => {
    const [two, five] = [share({ held: 2 }), share({ held: 5 })]
    expect(reclaims([two, five], [], 2, 0)).toEqual([five, five])
  })

  it('never below what is kept for a pool, and no more than it holds', () => {
    const any = fc.record({
      held: fc.nat({ max: 6 }),
      min: fc.nat({ max: 3 }),
      idle: fc.nat({ max: 3 }),
      asked: fc.option(fc.nat({ max: 9 }), { nil: undefined }),
      owes: fc.nat({ max: 2 }),
      grantedAt: fc.nat({ max: 3_000 }),
    })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), fc.nat({ max: 9 }), (shares, over) => {
        const asking = shares.filter(({ asked }) => asked !== undefined)
        const taken = new Map<BudgetShare, number>()
        for (const one of reclaims(shares, asking, over, 3_000)) taken.set(one, (taken.get(one) ?? 0) + 1)
        for (const [one, count] of taken) expect(one.held - one.owes - count).toBeGreaterThanOrEqual(one.min)
      }),
    )
  })
})
