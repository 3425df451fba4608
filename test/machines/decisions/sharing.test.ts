import { describe, expect, test } from 'vitest'
import {
  countOfSoonFree,
  type DrainingLoad,
  emptiest,
  hasHadTurn,
  leastLoaded,
  type SharedLoad,
} from '../../../src/machines/decisions/sharing.js'

const policy = { depth: 8, patience: 50 }

const loadOf = (outstanding: number, more: Partial<SharedLoad> = {}): SharedLoad => ({
  outstanding,
  open: true,
  since: 0,
  taken: outstanding,
  turnSince: 0,
  reserved: false,
  ...more,
})

describe('a statement joins the connection with the fewest under way', () => {
  test('the first one, where several have as few', () => {
    const loads = [loadOf(3), loadOf(2), loadOf(2)]
    expect(leastLoaded(loads, 0, policy)).toBe(loads[1])
  })

  test('the one that got the last statement, where several have as few', () => {
    const loads = [loadOf(2), loadOf(2), loadOf(2)] as const
    for (const latest of loads) expect(leastLoaded(loads, 0, policy, latest)).toBe(latest)
  })

  test('and never that one because it was the last, if it has more', () => {
    const loads = [loadOf(3), loadOf(2), loadOf(3)]
    for (const latest of loads) expect(leastLoaded(loads, 0, policy, latest)).toBe(loads[1])
  })

  test('which must be open, within its depth, and its oldest statement within the patience', () => {
    const unfit = [loadOf(0, { open: false }), loadOf(8), loadOf(1, { since: -51 })]
    for (const latest of unfit) {
      expect(leastLoaded(unfit, 0, policy, latest)).toBeUndefined()
      const fit = loadOf(7)
      expect(leastLoaded([...unfit, fit], 0, policy, latest)).toBe(fit)
    }
  })

  test('one that got the last statement and is not among them any more joins no others', () => {
    expect(leastLoaded([], 0, policy, loadOf(0))).toBeUndefined()
  })
})

describe('connections take turns', () => {
  const hadTurn = loadOf(1, { taken: 16, turnSince: 10, since: 12 })

  test('a turn is twice the depth', () => {
    expect(hasHadTurn({ ...hadTurn, taken: 15 }, policy)).toBe(false)
    expect(hasHadTurn(hadTurn, policy)).toBe(true)
  })

  test('one that has had its turn rests while another has waited for an answer since before', () => {
    const waits = loadOf(8, { since: 9 })
    expect(leastLoaded([hadTurn, waits], 13, policy, hadTurn)).toBeUndefined()
    const third = loadOf(5, { since: 12 })
    expect(leastLoaded([hadTurn, waits, third], 13, policy, hadTurn)).toBe(third)
  })

  test('and goes on while no other has, or only slow ones do', () => {
    const others = [
      loadOf(8, { since: 11 }),
      loadOf(1, { since: 9, reserved: true, open: false }),
      loadOf(8, { since: -50 }),
      loadOf(0, { since: Number.NaN }),
    ]
    for (const other of others) {
      const full = { ...other, open: false }
      expect(leastLoaded([hadTurn, full], 13, policy)).toBe(hadTurn)
    }
  })
})

describe('for a caller who wants a connection of its own', () => {
  const drainingOf = (outstanding: number, more: Partial<DrainingLoad> = {}): DrainingLoad => ({
    ...loadOf(outstanding),
    drains: false,
    runsSince: 0,
    ...more,
  })

  test('a connection that drains is free soon, unless its statement runs for long', () => {
    const drains = (runsSince: number) => drainingOf(1, { drains: true, open: false, since: -900, runsSince })
    expect(countOfSoonFree([drains(0), drains(-50), drains(-51)], 0, policy)).toBe(2)
    expect(countOfSoonFree([drains(Number.NaN)], 0, policy)).toBe(0) // a request to cancel is on its way
    expect(countOfSoonFree([drainingOf(1)], 0, policy)).toBe(0)
  })

  test('the one with the fewest statements drains, however full, or however long they waited', () => {
    const loads = [drainingOf(9), drainingOf(8, { since: -900 }), drainingOf(8)]
    expect(emptiest(loads, 0, policy)).toBe(loads[1])
  })

  test('and none that is closed to statements, or whose statement runs for long', () => {
    const unfit = [drainingOf(1, { open: false }), drainingOf(1, { runsSince: -51 })]
    expect(emptiest(unfit, 0, policy)).toBeUndefined()
    const fit = drainingOf(8)
    expect(emptiest([...unfit, fit], 0, policy)).toBe(fit)
  })
})
