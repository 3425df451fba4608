// Of many durations, a fair share is recorded; of few, all.

import { expect, it } from 'vitest'
import { Share } from '../../src/telemetry/otel/sampling.js'
import { createRandom } from '../../src/testing/random.js'

function shareOf(budget: number, random: () => number = createRandom(1, 'share')) {
  let now = 0
  const share = new Share(budget, () => now, random)
  /** As many as that in a second, evenly. */
  const second = (rate: number, noteTaken: (index: number) => void = () => {}) => {
    let taken = 0
    for (let index = 0; index < rate; index++) {
      now += 1_000 / rate
      if (!share.takes()) continue
      taken++
      noteTaken(index)
    }
    return taken
  }
  return { share, second }
}

it('takes all while they are no more than the budget', () => {
  const { second } = shareOf(1_000)
  for (let time = 0; time < 10; time++) expect(second(999)).toBe(999)
})

it('takes all with an infinite budget', () => {
  const { second } = shareOf(Number.POSITIVE_INFINITY)
  expect(second(50_000)).toBe(50_000)
})

it('takes about as many as the budget while there are more', () => {
  const { second } = shareOf(1_000)
  second(100_000)
  let taken = 0
  for (let time = 0; time < 20; time++) taken += second(100_000)
  expect(taken / 20).toBeGreaterThan(800)
  expect(taken / 20).toBeLessThan(1_200)
})

it('does not take many times the budget of a sudden rush', () => {
  const { second } = shareOf(1_000)
  second(10)
  expect(second(1_000_000)).toBeLessThan(5_000)
})

it('takes from all parts of a second alike', () => {
  const { second } = shareOf(1_000)
  second(64_000)
  const tenths = new Array<number>(10).fill(0)
  for (let time = 0; time < 50; time++)
    second(64_000, index => {
      const tenth = Math.floor((index * 10) / 64_000)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    })
  const mean = tenths.reduce((sum, count) => sum + count) / 10
  for (const count of tenths) expect(Math.abs(count - mean) / mean).toBeLessThan(0.15)
})

it('does not keep step with what comes regularly', () => {
  const { second } = shareOf(1_000)
  second(64_000)
  let even = 0
  let taken = 0
  for (let time = 0; time < 50; time++)
    taken += second(64_000, index => {
      if (index % 2 === 0) even++
    })
  expect(even / taken).toBeGreaterThan(0.45)
  expect(even / taken).toBeLessThan(0.55)
})

it('is not silent for long after a rush: woken twice, it takes all of few again', () => {
  const { share, second } = shareOf(100)
  second(1_000_000)
  for (let time = 0; time < 2; time++) {
    share.wake()
    second(50)
  }
  expect(second(50)).toBe(50)
})
