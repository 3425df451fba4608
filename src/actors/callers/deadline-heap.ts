// Those few requests whose deadlines come out of turn: a binary heap.
import type { AcquireRequest } from './request.js'

/**
 * Requests by their deadlines. Those that were settled in time are not searched for: they are skipped when they come up, and
 * swept out when they are the greater part, so that adding, settling and expiring cost next to nothing however many wait.
 */
export class DeadlineHeap<C> {
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
