// What the benchmark makes of its values: a ratio is one of rounds, so that a busy machine does not decide who is faster.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chanceOfAtMost, noiseOf, ratioOf, spreadOf } from '../../bench/stat.js'

const value = fc.double({ min: 0.001, max: 1e9, noNaN: true })
const values = fc.array(value, { minLength: 1, maxLength: 30 })

describe('a spread', () => {
  test('has the middle value of an odd number of rounds', () => {
    expect(spreadOf([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 })
  })

  test('has the mean of the two middle values of an even number of rounds', () => {
    expect(spreadOf([4, 1, 100, 2])).toEqual({ median: 3, min: 1, max: 100 })
  })

  test('leaves the values as they were', () => {
    const rounds = [3, 1, 2]
    spreadOf(rounds)
    expect(rounds).toEqual([3, 1, 2])
  })

  test('does not depend on the order of the rounds, and at most half of them are on either side of its median', () => {
    fc.assert(
      fc.property(values, rounds => {
        const spread = spreadOf(rounds)
        expect(spreadOf([...rounds].reverse())).toEqual(spread)
        const below = rounds.filter(one => one < spread.median).length
        const above = rounds.filter(one => one > spread.median).length
        expect(Math.max(below, above)).toBeLessThanOrEqual(rounds.length / 2)
        expect(spread.min).toBe(Math.min(...rounds))
        expect(spread.max).toBe(Math.max(...rounds))
      }),
    )
  })

  test('of no rounds is refused', () => {
    expect(() => spreadOf([])).toThrow(RangeError)
  })
})

describe('a ratio', () => {
  test('is taken within each round: rounds in which the machine was slow change nothing', () => {
    fc.assert(
      fc.property(values, value, value, (slowness, one, other) => {
        const over = slowness.map(factor => factor * one)
        const under = slowness.map(factor => factor * other)
        const { min, max } = ratioOf(over, under)
        expect(min).toBeCloseTo(one / other, 6 - Math.ceil(Math.log10(one / other)))
        expect(max / min).toBeCloseTo(1, 9)
      }),
    )
  })

  test('is not the ratio of the medians', () => {
    expect(ratioOf([10, 20, 90], [1, 20, 30]).median).toBe(3)
    expect(spreadOf([10, 20, 90]).median / spreadOf([1, 20, 30]).median).toBe(1)
  })

  test('leaves out rounds that only one of the two has', () => {
    expect(ratioOf([2, 4, 1_000], [1, 2])).toEqual({ median: 2, min: 2, max: 2 })
  })
})

test('noise is how far the middle half of the rounds lies apart: one that the machine held up does not count', () => {
  expect(noiseOf([100, 100, 100, 100, 900])).toBe(0)
  expect(noiseOf([80, 90, 100, 110, 120])).toBeCloseTo(0.2)
})

test('the chance of so many heads at most', () => {
  expect(chanceOfAtMost(0, 5)).toBe(1 / 32)
  expect(chanceOfAtMost(1, 5)).toBe(6 / 32)
  expect(chanceOfAtMost(5, 5)).toBe(1)
})
