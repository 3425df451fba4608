// The queue keeps the order that a naive queue keeps: by priority, first come first served, one hand-off in eight to the oldest.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WaitingQueue } from '../../src/actors/callers/queue.js'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { slack } from '../support/patience.js'

const request = (priority = 0) => new AcquireRequest<unknown>(0, 1_000, priority)

/** The same queue as a sorted list, with a search for everything. */
class NaiveLine {
  readonly #waiting: AcquireRequest<unknown>[] = []
  readonly #arrival = new Map<AcquireRequest<unknown>, number>()
  #passedOver = 0

  get length(): number {
    return this.#waiting.length
  }

  join(request: AcquireRequest<unknown>): void {
    this.#arrival.set(request, this.#arrival.size)
    this.#waiting.push(request)
  }

  next(): AcquireRequest<unknown> | undefined {
    const oldest = this.#waiting[0]
    const first = this.#waiting.reduce<AcquireRequest<unknown> | undefined>(
      (found, candidate) => (found === undefined || candidate.priority > found.priority ? candidate : found),
      undefined,
    )
    if (oldest === undefined || first === undefined) return undefined
    const ranks = new Set(this.#waiting.map(({ priority }) => priority)).size
    let chosen = first
    if (ranks > 1) {
      if (oldest === first) this.#passedOver = 0
      else if (++this.#passedOver >= 8) {
        this.#passedOver = 0
        chosen = oldest
      }
    }
    this.leave(chosen)
    return chosen
  }

  leave(request: AcquireRequest<unknown>): boolean {
    const index = this.#waiting.indexOf(request)
    if (index >= 0) this.#waiting.splice(index, 1)
    return index >= 0
  }

  /** Exact; the real queue only promises a place that is not too near the front. */
  placeOf(request: AcquireRequest<unknown>): number {
    if (!this.#waiting.includes(request)) return 0
    return this.#waiting.filter(
      other =>
        other.priority > request.priority ||
        (other.priority === request.priority &&
          this.#waiting.indexOf(other) <= this.#waiting.indexOf(request)),
    ).length
  }
}

const moves = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('join' as const), priority: fc.integer({ min: -1, max: 1 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(40) }) },
  ),
  { maxLength: 120 },
)

it('answers like a naive queue, whoever joins, is served and leaves from wherever', () => {
  fc.assert(
    fc.property(moves, steps => {
      const queue = new WaitingQueue<unknown>()
      const naive = new NaiveLine()
      const all: AcquireRequest<unknown>[] = []
      for (const step of steps) {
        if (step.do === 'join') {
          const joining = request(step.priority)
          all.push(joining)
          queue.join(joining)
          naive.join(joining)
          expect(joining.joinedAt).toBe(naive.length)
        } else if (step.do === 'next') {
          expect(queue.next()).toBe(naive.next())
        } else {
          const leaving = all[step.which % Math.max(1, all.length)]
          if (leaving) expect(queue.leave(leaving)).toBe(naive.leave(leaving))
        }
        expect(queue.length).toBe(naive.length)
        for (const each of all) {
          const place = queue.placeOf(each)
          const exact = naive.placeOf(each)
          if (exact === 0) expect(place).toBe(0)
          else {
            expect(place).toBeGreaterThanOrEqual(exact)
            expect(place).toBeLessThanOrEqual(naive.length)
          }
        }
      }
      const foreseen = queue.inOrder().map(({ order }) => order)
      const served: number[] = []
      for (let next = queue.next(); next !== undefined; next = queue.next()) {
        expect(next).toBe(naive.next())
        served.push(next.order)
      }
      expect(foreseen).toEqual(served)
    }),
    { numRuns: 500 },
  )
})

it('knows exact places within one priority while nobody has left from between', () => {
  const queue = new WaitingQueue<unknown>()
  const waiting = [0, 0, 0, 0].map(request)
  for (const each of waiting) queue.join(each)
  expect(waiting.map(each => queue.placeOf(each))).toEqual([1, 2, 3, 4])
  queue.next()
  expect(waiting.map(each => queue.placeOf(each))).toEqual([0, 1, 2, 3])
})

it('puts a request that comes back in front of its priority, and counts it again', () => {
  const queue = new WaitingQueue<unknown>()
  const [first, second, urgent] = [request(), request(), request(5)]
  queue.join(first)
  queue.join(second)
  const taken = queue.next() as AcquireRequest<unknown>
  expect(taken).toBe(first)
  queue.join(urgent)
  queue.rejoin(taken)
  expect(queue.length).toBe(3)
  expect([queue.next(), queue.next(), queue.next(), queue.next()]).toEqual([urgent, first, second, undefined])
})

it('does not take a request that never joined for the one that has waited longest', () => {
  const queue = new WaitingQueue<unknown>()
  const longest = request()
  queue.join(longest)
  for (let count = 0; count < 10; count++) queue.join(request(5))
  queue.join(request(-1))
  const declined = request(-1) // went to an idle connection at once, which turned out to be unfit
  queue.rejoin(declined)
  const served = Array.from({ length: 8 }, () => queue.next())
  expect(served[7]).toBe(longest)
})

it('knows the places behind a request that never joined, and behind those that came back in any order', () => {
  const queue = new WaitingQueue<unknown>()
  const [declined, first, second, third] = [request(), request(), request(), request()]
  for (const each of [first, second, third]) queue.join(each)
  queue.rejoin(declined)
  expect([declined, first, second, third].map(each => queue.placeOf(each))).toEqual([1, 2, 3, 4])
  for (let count = 0; count < 3; count++) queue.next()
  for (const each of [second, first]) queue.rejoin(each)
  expect([first, second, third].map(each => queue.placeOf(each))).toEqual([1, 2, 3])
  expect([queue.next(), queue.next(), queue.next()]).toEqual([first, second, third])
})

it.each([
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
])('serves those that come back in the order %i, %i, %i as they asked', (...order) => {
  const queue = new WaitingQueue<unknown>()
  const all = [request(), request(), request(), request()]
  for (const each of all) queue.join(each)
  const taken = [queue.next(), queue.next(), queue.next()] as AcquireRequest<unknown>[]
  for (const index of order) queue.rejoin(taken[index] as AcquireRequest<unknown>)
  expect(all.map(each => queue.placeOf(each))).toEqual([1, 2, 3, 4])
  expect(all.map(() => queue.next())).toEqual(all)
})

it('takes a request that never joined for the youngest if nobody of its priority waits', () => {
  const queue = new WaitingQueue<unknown>()
  queue.join(request())
  const [declined, behind] = [request(9), request(9)]
  queue.rejoin(declined)
  queue.join(behind)
  expect([declined, behind].map(each => queue.placeOf(each))).toEqual([1, 2])
})

it('takes no longer for a long queue: joining, leaving from the middle and taking the next do not search', () => {
  const queue = new WaitingQueue<unknown>()
  const waiting = Array.from({ length: 200_000 }, () => request())
  const start = performance.now()
  for (const each of waiting) queue.join(each)
  for (let index = 1; index < waiting.length; index += 2)
    queue.leave(waiting[index] as AcquireRequest<unknown>)
  let misplaced = 0
  for (let index = 0; index < waiting.length; index += 2) if (queue.next() !== waiting[index]) misplaced++
  expect(misplaced).toBe(0)
  expect(queue.length).toBe(0)
  expect(performance.now() - start).toBeLessThan(5_000 * slack) // a search each time would take minutes
})

describe('a caller who is sent back', () => {
  it('is as old as it was, and still knows at which place it began', () => {
    const queue = new WaitingQueue<unknown>()
    const [first, gone, third] = [request(), request(), request()]
    for (const each of [first, gone, third]) queue.join(each)
    queue.next()
    queue.leave(gone)
    queue.rejoin(first)
    expect([first.joinedAt, queue.placeOf(first)]).toEqual([1, 1])
    queue.next()
    queue.next()
    queue.rejoin(third)
    expect([third.joinedAt, queue.placeOf(third)]).toEqual([3, 1])
  })

  it('begins at the first place if it never had to wait before', () => {
    const queue = new WaitingQueue<unknown>()
    const sentBack = request()
    queue.rejoin(sentBack)
    expect([sentBack.joinedAt, queue.placeOf(sentBack)]).toEqual([1, 1])
  })

  it('and never had to wait before is not older for it than those of other priorities', () => {
    const queue = new WaitingQueue<unknown>()
    const patient = request(0)
    queue.join(patient)
    const served = new Set<unknown>()
    for (let turn = 0; turn < 10; turn++) {
      queue.rejoin(request(1))
      served.add(queue.next())
    }
    expect(served).toContain(patient)
  })
})
