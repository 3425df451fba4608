// The deadlines of waiting callers: a binary heap, and one alarm for the earliest.
import type { Alarm } from '../time/alarm.js'
import type { AcquireRequest } from './request.js'

/**
 * Knows whose time is up. Requests that were settled in time are not searched for: they are skipped when they come up, and
 * swept out when they are the greater part, so that adding, settling and expiring cost next to nothing however many wait.
 */
export class Deadlines<C> {
  readonly #alarm: Alarm
  #heap: AcquireRequest<C>[] = []
  #settled = 0
  /** The requests whose time stands still, and since when; undefined while there are none. */
  #suspended: { readonly since: number; requests: AcquireRequest<C>[]; settled: number } | undefined

  /** @param alarm asked to ring at the earliest deadline */
  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  /** How many requests it keeps: those who wait, and at most as many that were settled and are not swept out yet. */
  get size(): number {
    return this.#heap.length + (this.#suspended?.requests.length ?? 0)
  }

  add(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
    if (this.#suspended !== undefined && !request.strict) {
      this.#suspended.requests.push(request)
      return
    }
    const heap = this.#heap
    let index = heap.push(request) - 1
    const { deadline } = request
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above] as AcquireRequest<C>
      if (parent.deadline <= deadline) break
      heap[index] = parent
      index = above
    }
    heap[index] = request
    if (index === 0) this.#alarm.noLaterThan(deadline)
  }

  /** Says that one of the requests no longer waits. */
  noteSettled(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
    const suspended = this.#suspended
    if (suspended !== undefined && !request.strict) {
      if (++suspended.settled * 2 <= suspended.requests.length) return
      suspended.requests = suspended.requests.filter(candidate => candidate.waits)
      suspended.settled = 0
      return
    }
    if (++this.#settled * 2 <= this.#heap.length) return
    this.#rebuild(this.#heap.filter(candidate => candidate.waits))
  }

  /** Stops the time of all whose timeout is not their own. */
  suspend(now: number): void {
    if (this.#suspended !== undefined) return
    const requests = this.#heap.filter(({ waits, strict }) => waits && !strict)
    this.#suspended = { since: now, requests, settled: 0 }
    this.#rebuild(this.#heap.filter(({ waits, strict }) => waits && strict))
  }

  /** Lets time go on: no timeout expired meanwhile, and every request has as much time left as before. */
  resume(now: number): void {
    if (this.#suspended === undefined) return
    const { since, requests } = this.#suspended
    this.#suspended = undefined
    const waiting = requests.filter(({ waits }) => waits)
    for (const request of waiting) request.grace += now - Math.max(since, request.at)
    this.#rebuild([...this.#heap.filter(({ waits }) => waits), ...waiting])
  }

  /** Takes out all whose time is up, and sets the alarm for the next one. */
  takeDue(now: number): AcquireRequest<C>[] {
    const due: AcquireRequest<C>[] = []
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.waits) {
        if (first.deadline > now) {
          this.#alarm.noLaterThan(first.deadline)
          break
        }
        due.push(first)
      }
      this.#settled-- // also for one that is due: it leaves the heap now and is noted as settled when it is refused
      this.#removeFirst()
    }
    return due
  }

  /** A sorted array is a heap, too. */
  #rebuild(waiting: AcquireRequest<C>[]): void {
    this.#heap = waiting.sort((a, b) => a.deadline - b.deadline)
    this.#settled = 0
    const first = waiting[0]
    if (first === undefined) this.#alarm.rest()
    else this.#alarm.noLaterThan(first.deadline)
  }

  #removeFirst(): void {
    const heap = this.#heap
    const moved = heap.pop()
    if (moved === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && deadlineAt(heap, below + 1) < deadlineAt(heap, below)) below++
      if (deadlineAt(heap, below) >= moved.deadline) break
      heap[index] = heap[below] as AcquireRequest<C>
      index = below
    }
    heap[index] = moved
  }
}

function deadlineAt<C>(heap: readonly AcquireRequest<C>[], index: number): number {
  return (heap[index] as AcquireRequest<C>).deadline
}
