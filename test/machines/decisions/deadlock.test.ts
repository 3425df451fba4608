// Whether callers wait for each other in a circle.

import { expect, it } from 'vitest'
import { type Borrowing, isCircle, leasesOf } from '../../../src/machines/decisions/deadlock.js'

interface Lease {
  readonly held: boolean
}

const lease = (held = true): Lease => ({ held })
const use = (of: Lease | undefined, within?: Borrowing<Lease>): Borrowing<Lease> => ({ lease: of, within })
const [a, b, c] = [lease(), lease(), lease()]

it('is one when each connection that may be is held by one who waits', () => {
  expect(isCircle(1, [a], [use(a)])).toBe(true)
  expect(isCircle(3, [a, b, c], [use(b), use(a), use(c)])).toBe(true)
  expect(isCircle(2, [a, b, c], [use(b), use(a), use(c)])).toBe(true) // after a resize
})

it('is one when the same task holds several of them', () => {
  expect(isCircle(2, [a, b], [use(b, use(a))])).toBe(true)
  expect(isCircle(3, [a, b, c], [use(b, use(a)), use(c, use(a))])).toBe(true)
})

it('is none while one holder does not wait, or is not known', () => {
  expect(isCircle(2, [a, b], [use(a)])).toBe(false)
  expect(isCircle(2, [a, b], [use(a), undefined])).toBe(false)
  expect(isCircle(2, [a, b], [use(a, use(c))])).toBe(false)
})

it('is none while a connection is not lent, or one more may be opened', () => {
  expect(isCircle(2, [a, undefined], [use(a)])).toBe(false)
  expect(isCircle(2, [a], [use(a)])).toBe(false)
  expect(isCircle(1, [], [])).toBe(false)
})

it('is none when a lease is on its way back', () => {
  const returning = lease(false)
  expect(isCircle(2, [a, returning], [use(a), use(returning)])).toBe(false)
})

it('does not count those whose callback is over, nor what is around them', () => {
  expect(isCircle(1, [a], [use(undefined, use(a))])).toBe(false)
  expect(isCircle(2, [a, b], [use(b, use(undefined, use(a)))])).toBe(false)
})

it('names the leases of a caller from the inside out', () => {
  expect(leasesOf(use(b, use(a)))).toEqual([b, a])
  expect(leasesOf(undefined)).toEqual([])
})
