// A leak fails the soak, and noise does not.

import { expect, it } from 'vitest'
import { judge, type Sample, strictHeapBound } from '../../soak/verdict.js'

const mib = 1024 * 1024

/** Twenty looks, ten seconds apart. */
const samples = (heap: (place: number) => number, timers: (place: number) => number = () => 2): Sample[] =>
  Array.from({ length: 20 }, (_, place) => ({
    at: place * 10,
    heap: heap(place),
    counts: { timers: timers(place) },
  }))

it('a heap that goes up and down is flat', () => {
  const verdict = judge(samples(place => 20 * mib + (place % 3) * 0.4 * mib))
  expect(verdict.complaints).toEqual([])
  expect(Math.abs(verdict.heapTrend)).toBeLessThan(0.4 * mib)
})

it('what is loaded and compiled at first is not held against it', () => {
  expect(judge(samples(place => (place < 4 ? 10 + 2 * place : 18) * mib)).complaints).toEqual([])
})

it('one look in the middle of something is not a leak', () => {
  expect(judge(samples(place => (place === 19 ? 30 : 20) * mib)).complaints).toEqual([])
})

it('a heap that grows by a little each time is a leak, and says by how much', () => {
  const { complaints, heapGain } = judge(samples(place => (20 + 0.2 * place) * mib))
  expect(complaints).toEqual([expect.stringMatching(/^the heap has grown by [\d,]+ KiB/)])
  expect(heapGain).toBeCloseTo(2.2 * mib, -4)
})

it('a stricter bound finds what is far less', () => {
  const creeping = samples(place => 20 * mib + 40 * 1024 * place)
  expect(judge(creeping).complaints).toEqual([])
  expect(judge(creeping, strictHeapBound).complaints).toHaveLength(1)
})

it('counts that grow are named; those that go up and down are not', () => {
  const flat = (): number => 20 * mib
  expect(judge(samples(flat, place => 2 + (place % 4))).complaints).toEqual([])
  expect(judge(samples(flat, place => place)).complaints).toEqual([expect.stringMatching(/^timers: /)])
})

it('a run that was too short is not judged', () => {
  expect(() => judge(samples(() => mib).slice(0, 5))).toThrow('Too few samples')
})
