// The deadlines of waiting callers: two binary heaps, and one alarm for the earliest.
import type { Alarm } from '../time/alarm.js'
import type { AcquireRequest } from './request.js'

/**
 * Knows whose time is up. Those who said themselves how long they would wait are kept apart from those who wait for as long as the
 * pool's options say: a pause stops the time of the latter. Whether there is one, only the pool's machine knows: it asks for those
 * whose time is up during a pause, or for all.
 */
export class Deadlines<C> {
  readonly #alarm: Alarm
  readonly #own = new DeadlineHeap<C>()
  readonly #given = new DeadlineHeap<C>()

  /** @param alarm asked to ring at the earliest deadline */
  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  /** How many requests it keeps: those who wait, and at most as many that were settled and are not swept out yet. */
  get size(): number {
    return this.#own.size + this.#given.size
  }

  add(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
    if (this.#heapOf(request).add(request)) this.#alarm.noLaterThan(request.deadline)
  }

  /** Says that one of the requests no longer waits. */
  noteSettled(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
    if (this.#heapOf(request).noteSettled()) this.#setAlarm()
  }

  /** Takes out all whose time is up, and sets the alarm for the next one. */
  takeDue(now: number): AcquireRequest<C>[] {
    const own = this.takeOwnDue(now)
    const given = this.#given.takeDue(now)
    this.#alarm.noLaterThan(this.#given.earliest)
    if (own.length === 0) return given
    return own.concat(given).sort((a, b) => a.deadline - b.deadline)
  }

  /** The same during a pause: the others have no deadline until it ends. */
  takeOwnDue(now: number): AcquireRequest<C>[] {
    const due = this.#own.takeDue(now)
    this.#alarm.noLaterThan(this.#own.earliest)
    return due
  }

  /** A pause ends: it does not count for those whose timeout is not their own. */
  addPause(since: number, now: number): void {
    this.#given.lengthen(request => now - Math.max(since, request.at))
    this.#setAlarm()
  }

  #heapOf(request: AcquireRequest<C>): DeadlineHeap<C> {
    return request.strict ? this.#own : this.#given
  }

  #setAlarm(): void {
    const earliest = Math.min(this.#own.earliest, this.#given.earliest)
    if (earliest === Number.POSITIVE_INFINITY) this.#alarm.rest()
    else this.#alarm.noLaterThan(earliest)
  }
}

/**
 * Requests by their deadlines. Those that were settled in time are not searched for: they are skipped when they come up, and
 * swept out when they are the greater part, so that adding, settling and expiring cost next to nothing however many wait.
 */
class DeadlineHeap<C> {
  #heap: AcquireRequest<C>[] = []
  #settled = 0

  get size(): number {
    return this.#heap.length
  }

  /** The earliest deadline; Infinity if there is none. It may be of a request that was settled. */
  get earliest(): number {
    return this.#heap[0]?.deadline ?? Number.POSITIVE_INFINITY
  }

  /** @returns whether its deadline is the earliest now */
  add(request: AcquireRequest<C>): boolean {
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
    return index === 0
  }

  /** @returns whether it swept out those that are settled */
  noteSettled(): boolean {
    if (++this.#settled * 2 <= this.#heap.length) return false
    this.#rebuild()
    return true
  }

  lengthen(by: (request: AcquireRequest<C>) => number): void {
    for (const request of this.#heap) request.grace += by(request)
    this.#rebuild()
  }

  takeDue(now: number): AcquireRequest<C>[] {
    const due: AcquireRequest<C>[] = []
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.waits) {
        if (first.deadline > now) break
        due.push(first)
      }
      this.#settled-- // also for one that is due: it leaves the heap now and is noted as settled when it is refused
      this.#removeFirst()
    }
    return due
  }

  /** A sorted array is a heap, too. */
  #rebuild(): void {
    this.#heap = this.#heap.filter(({ waits }) => waits).sort((a, b) => a.deadline - b.deadline)
    this.#settled = 0
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
