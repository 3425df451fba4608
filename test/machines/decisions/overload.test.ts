// Whether callers come faster than a pool serves them.
import { describe, expect, it } from 'vitest'
import {
  afterLook,
  hasEased,
  isLate,
  isOverloaded,
  nextLook,
  nextShed,
  type QueueDelay,
} from '../../../src/machines/decisions/overload.js'

const never = Number.POSITIVE_INFINITY
const policy = { target: 50, interval: 500 }
const delay = (given: Partial<QueueDelay> = {}): QueueDelay => ({
  policy,
  oldest: never,
  lateSince: never,
  emptySince: never,
  shedAt: never,
  ...given,
})
const pool = (given: Partial<QueueDelay>, roster: object = {}) => ({
  delay: delay(given),
  size: { min: 1, max: 5 },
  roster: { established: 5, total: 5, ...roster },
})

describe('callers are late', () => {
  it('when the one who has waited for longest has waited for the target', () => {
    expect(isLate(delay({ oldest: 100 }), 149)).toBe(false)
    expect(isLate(delay({ oldest: 100 }), 150)).toBe(true)
    expect(isLate(delay(), 1_000)).toBe(false)
  })

  it('since the first of the looks in a row that found it so', () => {
    expect(afterLook(delay({ oldest: 0 }), 60)).toBe(60)
    expect(afterLook(delay({ oldest: 0, lateSince: 60 }), 70)).toBe(60)
    expect(afterLook(delay({ oldest: 40, lateSince: 60 }), 80)).toBe(never)
    expect(afterLook(delay({ lateSince: 60 }), 80)).toBe(never)
  })

  it('since now, as long as there are connections to come', () => {
    expect(afterLook(delay({ oldest: 0, lateSince: 60 }), 70, true)).toBe(70)
  })
})

describe('a pool is overloaded', () => {
  it('when they have been late for an interval, and still are', () => {
    expect(isOverloaded(pool({ oldest: 0, lateSince: 60 }), 559)).toBe(false)
    expect(isOverloaded(pool({ oldest: 0, lateSince: 60 }), 560)).toBe(true)
    expect(isOverloaded(pool({ oldest: 550, lateSince: 60 }), 560)).toBe(false)
  })

  it('only with all connections that it may have, one of which works', () => {
    expect(isOverloaded(pool({ oldest: 0, lateSince: 60 }, { total: 4 }), 560)).toBe(false)
    expect(isOverloaded(pool({ oldest: 0, lateSince: 60 }, { established: 0 }), 560)).toBe(false)
    const budget = { isHeldBack: true }
    expect(isOverloaded({ ...pool({ oldest: 0, lateSince: 60 }, { total: 4 }), budget }, 560)).toBe(true)
  })

  it('never without the option', () => {
    const { delay: _, ...off } = pool({ oldest: 0, lateSince: 60 })
    expect(isOverloaded(off, 1e9)).toBe(false)
  })
})

describe('an overload is over', () => {
  it('when no caller was refused for an interval', () => {
    expect(hasEased(pool({ oldest: 480, shedAt: 0 }), 499)).toBe(false)
    expect(hasEased(pool({ oldest: 480, shedAt: 0 }), 500)).toBe(true)
  })

  it('when no caller has waited for as long as callers may', () => {
    expect(hasEased(pool({ emptySince: 100, shedAt: 90 }), 149)).toBe(false)
    expect(hasEased(pool({ emptySince: 100, shedAt: 90 }), 150)).toBe(true)
  })
})

describe('the pool looks again', () => {
  it('when callers may be late, or have been for long enough', () => {
    expect(nextLook(delay(), 0)).toBe(never)
    expect(nextLook(delay({ oldest: 10 }), 20)).toBe(60)
    expect(nextLook(delay({ oldest: 10, lateSince: 60 }), 70)).toBe(560)
  })

  it('soon, while what is late begins anew with each look, or was late long ago', () => {
    expect(nextLook(delay({ oldest: 10, lateSince: 60 }), 70, true)).toBe(120)
    expect(nextLook(delay({ oldest: 10, lateSince: 60 }), 600)).toBe(650)
  })

  it('while it is overloaded, when the next caller is due, or it may be over', () => {
    expect(nextShed(delay({ oldest: 100, shedAt: 90 }))).toBe(150)
    expect(nextShed(delay({ oldest: 570, shedAt: 90 }))).toBe(590)
    expect(nextShed(delay({ emptySince: 100, shedAt: 90 }))).toBe(150)
  })
})
