// Tenants whose callers wait take turns, by their weights; within a tenant it is first come, first served.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WaitingQueue } from '../../src/actors/callers/queue.js'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { slack } from '../support/patience.js'

type Request = AcquireRequest<unknown>

function request(tenant?: string, weight = 1, priority = 0): Request {
  const made = new AcquireRequest<unknown>(0, 1_000, priority)
  if (tenant !== undefined) made.terms = { tenant, weight, lane: undefined, since: undefined }
  return made
}

const tenantOf = ({ terms }: Request): string => terms?.tenant ?? '–'

/** Who is served next, so many times. */
function served(queue: WaitingQueue<unknown>, times: number): string {
  return Array.from({ length: times }, () => {
    const next = queue.next()
    return next === undefined ? '' : tenantOf(next)
  }).join('')
}

function queueOf(...callers: (string | undefined)[]): WaitingQueue<unknown> {
  const queue = new WaitingQueue<unknown>()
  for (const tenant of callers) queue.join(request(tenant))
  return queue
}

describe('tenants', () => {
  it('take turns, however many callers of one wait', () => {
    expect(served(queueOf('A', 'A', 'A', 'A', 'B', 'C', 'B'), 7)).toBe('ABCABAA')
  })

  it('who name none are one tenant together, also those who waited before the first tenant', () => {
    expect(served(queueOf(undefined, undefined, undefined, 'A', 'A', undefined), 6)).toBe('–A–A––')
  })

  it('that come when others have waited long wait for one turn of each', () => {
    const queue = queueOf('A', 'A', 'A', 'B', 'B', 'B')
    expect(served(queue, 3)).toBe('ABA')
    queue.join(request('C'))
    expect(served(queue, 4)).toBe('BACB')
  })

  it('take turns within a priority', () => {
    const queue = new WaitingQueue<unknown>()
    for (const tenant of ['A', 'A', 'B']) queue.join(request(tenant))
    for (const tenant of ['a', 'a', 'b']) queue.join(request(tenant, 1, 5))
    expect(served(queue, 6)).toBe('abaABA')
  })

  it('leave no trace when their callers have been served or have left', () => {
    const queue = new WaitingQueue<unknown>()
    const gone = request('A')
    queue.join(gone)
    queue.join(request('B'))
    expect(queue.leave(gone)).toBe(true)
    expect(queue.leave(gone)).toBe(false)
    expect(served(queue, 2)).toBe('B')
    expect([queue.length, queue.newest, queue.oldest, queue.inOrder()]).toEqual([0, 0, undefined, []])
    for (const tenant of [undefined, undefined]) queue.join(request(tenant))
    expect(queue.inOrder().map(each => queue.placeOf(each))).toEqual([1, 2])
  })
})

describe('weights', () => {
  it('are shares: 3 to 1', () => {
    const queue = new WaitingQueue<unknown>()
    for (let count = 0; count < 12; count++)
      for (const [tenant, weight] of [
        ['A', 3],
        ['B', 1],
      ] as const)
        queue.join(request(tenant, weight))
    expect(served(queue, 12)).toBe('AAABAAABAAAB')
  })

  it('below 1 wait for their round: 0.25 is one lease for four of the others', () => {
    const queue = new WaitingQueue<unknown>()
    for (let count = 0; count < 12; count++) {
      queue.join(request('A', 0.25))
      queue.join(request('B'))
    }
    expect(served(queue, 15)).toBe('ABBBABBBBABBBBA')
  })

  it('of the last caller of a tenant count', () => {
    const queue = new WaitingQueue<unknown>()
    queue.join(request('B'))
    for (const weight of [1, 1, 2]) queue.join(request('A', weight))
    for (const tenant of ['B', 'B', 'A']) queue.join(request(tenant, tenant === 'A' ? 2 : 1))
    expect(served(queue, 7)).toBe('BABAABA')
  })

  it('are kept to within one turn, while all wait', () => {
    const weights = fc.array(fc.constantFrom(0.01, 0.1, 0.3, 0.7, 1, 1.5, 2, 5, 10), {
      minLength: 2,
      maxLength: 6,
    })
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 1_000 }), (all, times) => {
        const queue = new WaitingQueue<unknown>()
        queue.join(request('first')) // so that all begin in the same round
        const join = (index: number): void => queue.join(request(`t${index}`, all[index]))
        for (let index = 0; index < all.length; index++) for (let count = 0; count < 3; count++) join(index)
        queue.next()
        const counts = all.map(() => 0)
        for (let time = 0; time < times; time++) {
          const index = Number(tenantOf(queue.next() as Request).slice(1))
          counts[index] = (counts[index] ?? 0) + 1
          join(index)
        }
        // The round under way is the same for all: after it, a tenant has had its weight for each round, less what is not enough for one more.
        const least = all.map((weight, index) => (counts[index] ?? 0) / weight)
        const most = all.map((weight, index) => ((counts[index] ?? 0) + 1) / weight + 1)
        expect(Math.max(...least)).toBeLessThanOrEqual(Math.min(...most) + 1e-6)
      }),
      { numRuns: 300 },
    )
  })
})

const tenants = fc.constantFrom(undefined, 'A', 'B', 'C', 'D')
const moves = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('join' as const),
        tenant: tenants,
        weight: fc.constantFrom(0.01, 0.3, 1, 2.5),
        priority: fc.integer({ min: 0, max: 1 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('rejoin' as const), which: fc.nat(60) }) },
  ),
  { maxLength: 150 },
)

it('loses no caller, keeps the order within a tenant, and foresees whom it serves', () => {
  fc.assert(
    fc.property(moves, steps => {
      const queue = new WaitingQueue<unknown>()
      const waiting = new Set<Request>()
      const taken: Request[] = []
      const take = (): void => {
        const next = queue.next()
        if (next === undefined) {
          expect(waiting.size).toBe(0)
          return
        }
        expect(waiting.delete(next)).toBe(true)
        const passed = [...waiting].filter(
          other =>
            other.priority === next.priority &&
            tenantOf(other) === tenantOf(next) &&
            other.order < next.order,
        )
        expect(passed).toEqual([])
        taken.push(next)
      }
      for (const step of steps) {
        if (step.do === 'join') {
          const joining = request(step.tenant, step.weight, step.priority)
          queue.join(joining)
          waiting.add(joining)
        } else if (step.do === 'next') take()
        else if (step.do === 'leave') {
          const leaving = [...waiting][step.which % Math.max(1, waiting.size)]
          if (leaving !== undefined) expect(queue.leave(leaving)).toBe(waiting.delete(leaving))
        } else {
          const [back] = taken.splice(step.which % Math.max(1, taken.length), 1)
          if (back === undefined) continue
          queue.rejoin(back)
          waiting.add(back)
        }
        expect(queue.length).toBe(waiting.size)
        expect(queue.newest).toBe(Math.max(0, ...[...waiting].map(({ order }) => order)))
        for (const each of waiting) {
          expect(queue.placeOf(each)).toBeGreaterThanOrEqual(1)
          expect(queue.placeOf(each)).toBeLessThanOrEqual(waiting.size)
        }
      }
      const foreseen = queue.inOrder().map(({ order }) => order)
      const before = taken.length
      while (queue.length > 0) take()
      expect(foreseen).toEqual(taken.slice(before).map(({ order }) => order))
      expect(waiting.size).toBe(0)
    }),
    { numRuns: 500 },
  )
})

it('takes no longer for many tenants: 50,000 of one caller each, and of weights that wait for 100 rounds', () => {
  for (const weight of [1, 0.01]) {
    const queue = new WaitingQueue<unknown>()
    const start = performance.now()
    const all = Array.from({ length: 50_000 }, (_, index) => request(`t${index}`, weight))
    for (const each of all) queue.join(each)
    for (let index = 0; index < all.length; index += 2) queue.leave(all[index] as Request)
    let count = 0
    for (let next = queue.next(); next !== undefined; next = queue.next()) count++
    expect(count).toBe(25_000)
    expect(performance.now() - start).toBeLessThan(5_000 * slack) // a search each time would take minutes
  }
})
