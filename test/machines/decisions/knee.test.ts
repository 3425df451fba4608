// What the sizes of a pool are judged by: pure functions of what was measured.
import { describe, expect, it } from 'vitest'
import {
  afterTrial,
  afterWindow,
  type Held,
  hasChanged,
  hold,
  isMeasured,
  isWorth,
  judge,
  type Measured,
  mayTry,
  rises,
  withMeasured,
} from '../../../src/machines/decisions/knee.js'

const range = { min: 1, max: 32 }
const policy = { interval: 1_000, tolerance: 0.05 }

/** A size that served so many leases in a second, seen so often. */
const did = (size: number, perSecond: number, times = 1): Measured => ({
  size,
  served: perSecond * times,
  took: 1_000 * times,
  times,
})
const verdict = (...seen: Measured[]) => judge(seen, range, policy.tolerance)
const next = (size: number) => ({ size, found: false })

describe('the next size', () => {
  it('is half as many while that costs nothing', () => {
    expect(verdict(did(32, 400))).toEqual(next(16))
    expect(verdict(did(32, 400), did(16, 395))).toEqual(next(8))
    expect(verdict(did(1, 400))).toEqual(next(2))
  })

  it('is twice as many while that helps', () => {
    expect(verdict(did(4, 100), did(2, 50))).toEqual(next(8))
    expect(verdict(did(20, 400), did(10, 200))).toEqual(next(32))
  })

  it('lies above the best where more connections may do better before they do worse', () => {
    expect(verdict(did(32, 200), did(16, 300), did(8, 310), did(4, 150))).toEqual(next(12))
  })

  it('lies between the largest that is too small and the smallest that is not', () => {
    expect(verdict(did(32, 400), did(24, 400), did(16, 400), did(8, 200))).toEqual(next(12))
  })

  it('is the best one again, if another is nearly as good as it must be and the best was seen once', () => {
    expect(verdict(did(32, 400), did(16, 370))).toEqual(next(32))
    expect(verdict(did(32, 400, 2), did(16, 370))).toEqual(next(24))
  })

  it('is found when the smallest that is good, and the one below it, were both seen twice', () => {
    const others = [did(32, 400), did(16, 400), did(12, 400)]
    expect(verdict(...others, did(9, 400), did(8, 350))).toEqual(next(8))
    expect(verdict(...others, did(9, 400), did(8, 350, 2))).toEqual(next(9))
    expect(verdict(...others, did(9, 400, 2), did(8, 350, 2))).toEqual({ size: 9, found: true })
  })

  it('stays between min and max', () => {
    expect(judge([did(5, 100)], { min: 4, max: 5 }, 0.05)).toEqual(next(4))
    expect(judge([did(5, 100, 2), did(4, 90, 2)], { min: 4, max: 5 }, 0.05)).toEqual({ size: 5, found: true })
    expect(judge([did(5, 100, 2)], { min: 5, max: 5 }, 0.05)).toEqual({ size: 5, found: true })
  })
})

it('measurements of one size add up', () => {
  expect(withMeasured([did(4, 100), did(2, 80)], did(4, 200))).toEqual([
    { size: 4, served: 300, took: 2_000, times: 2 },
    did(2, 80),
  ])
})

describe('a size has been measured for long enough', () => {
  const seen = [did(16, 400)]
  const within = (took: number, perSecond: number): Measured => ({
    size: 8,
    served: (perSecond * took) / 1_000,
    took,
    times: 1,
  })

  it('after a quarter of the interval, if it is beyond doubt that it is too small', () => {
    expect(isMeasured(within(400, 200), seen, policy)).toBe(true)
    expect(isMeasured(within(400, 350), seen, policy)).toBe(false)
  })

  it('after twice the interval at the latest, if each connection has served ten times', () => {
    expect(isMeasured(within(1_000, 380), seen, policy)).toBe(false)
    expect(isMeasured(within(2_000, 380), seen, policy)).toBe(true)
    expect(isMeasured(within(2_000, 20), seen, policy)).toBe(false)
  })

  it('after the interval, if it is the first', () => {
    expect(isMeasured(did(16, 400), [], policy)).toBe(true)
  })
})

describe('the size that is held', () => {
  const held = hold(did(8, 400, 2))
  const windows = (from: Held, ...rates: number[]): Held =>
    rates.reduce((each, rate) => afterWindow(each, did(8, rate), policy), from)

  it('has changed when three windows in a row are far off, and not when one is', () => {
    expect(hasChanged(windows(held, 200, 410, 200, 200))).toBe(false)
    expect(hasChanged(windows(held, 200, 200, 200))).toBe(true)
    expect(hasChanged(windows(held, 600, 600, 600))).toBe(true)
    expect(hasChanged(windows(held, 385, 380, 375, 370, 365))).toBe(false)
  })

  it('is compared with one more connection after five intervals, and never beyond max', () => {
    expect(mayTry(windows(held, 400, 400, 400, 400), range, policy)).toBe(false)
    const rested = windows(held, 400, 400, 400, 400, 400)
    expect(mayTry(rested, range, policy)).toBe(true)
    expect(mayTry(rested, { min: 1, max: 8 }, policy)).toBe(false)
  })

  it('grows by one if throughput grows in proportion, and not for noise', () => {
    const rested = windows(held, 400, 404, 396, 400, 401)
    expect(isWorth(afterTrial(rested, did(9, 450)))).toBe(true)
    expect(rises(afterTrial(rested, did(9, 450)))).toBe(false)
    expect(rises(afterTrial({ ...rested, climbs: 1 }, did(9, 450)))).toBe(true)
    expect(afterTrial(rested, did(9, 410))).toMatchObject({ odds: 0, climbs: 0 })
    const noisy = windows(held, 360, 440, 370, 430, 400)
    expect(isWorth(afterTrial(noisy, did(9, 450)))).toBe(false)
  })
})
