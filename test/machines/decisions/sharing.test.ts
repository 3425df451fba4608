import { describe, expect, test } from 'vitest'
import { leastLoaded, type SharedLoad } from '../../../src/machines/decisions/sharing.js'

const policy = { depth: 8, patience: 50 }

const loadOf = (outstanding: number, { open = true, since = 0 } = {}): SharedLoad => ({
  outstanding,
  open,
  since,
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
