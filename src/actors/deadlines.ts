// The deadlines of waiting callers: a binary heap, and one alarm for the earliest.
import type { Alarm } from './alarm.js'
import type { AcquireRequest } from './request.js'

/**
 * Knows whose time is up. Requests that were settled in time are not searched for: they are skipped when they come up, and
 * swept out when they are the greater part, so that adding, settling and expiring cost next to nothing however many wait.
 */
export class Deadlines<C> {
  readonly #alarm: Alarm
  #heap: AcquireRequest<C>[] = []
  #settled = 0

  /** @param alarm asked to ring at the earliest deadline */
  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  add(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
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
    if (++this.#settled * 2 <= this.#heap.length) return
    this.#heap = this.#heap.filter(candidate => candidate.waits).sort((a, b) => a.deadline - b.deadline)
    this.#settled = 0
    if (this.#heap.length === 0) this.#alarm.clear()
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
