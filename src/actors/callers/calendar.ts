// Requests by their deadlines.

import { Ring } from '../../core/ring.js'
import { DeadlineHeap } from './deadline-heap.js'
import type { AcquireRequest } from './request.js'

/** So few settled ones in between are not worth a sweep. */
const fewSettled = 16

/**
 * Requests in the order of their deadlines. Most wait equally long, as the pool's options say, so each new one is due last and goes to the end of a
 * row; only one that is due before the end of the row goes into a heap. As in Node's own timers, there is no search for one that is settled: it
 * falls out when it comes to an end of the row, or in a sweep.
 */
export class Calendar<C> {
  readonly #row = new Ring<AcquireRequest<C>>()
  readonly #heap = new DeadlineHeap<C>()
  /** How many in the row are settled. */
  #settled = 0

  get size(): number {
    return this.#row.length + this.#heap.size
  }

  /** The earliest deadline; Infinity if there is none. It may be of a request that was settled. */
  get earliest(): number {
    const first = this.#row.first?.deadline ?? Number.POSITIVE_INFINITY
    return this.#heap.size === 0 ? first : Math.min(first, this.#heap.earliest)
  }

  /** @returns whether its deadline is the earliest now */
  add(request: AcquireRequest<C>): boolean {
    const { last } = this.#row
    request.inRow = last === undefined || last.deadline <= request.deadline
    if (!request.inRow) return this.#heap.add(request) && request.deadline <= this.earliest
    this.#row.push(request)
    return last === undefined && request.deadline <= this.#heap.earliest
  }

  /** @returns whether the earliest deadline may be another one now */
  noteSettled(request: AcquireRequest<C>): boolean {
    if (!request.inRow) return this.#heap.noteSettled()
    // Callers are mostly served in the order in which they came.
    if (this.#settled === 0 && request === this.#row.first) this.#row.shift()
    else this.#noteSettledWithin()
    return this.#row.length === 0
  }

  #noteSettledWithin(): void {
    this.#settled++
    this.#dropSettled()
    if (this.#settled > fewSettled && this.#settled * 2 > this.#row.length) this.#sweep()
  }

  /** Gives each more time. */
  lengthen(by: (request: AcquireRequest<C>) => number): void {
    for (const request of this.#row.toArray()) request.grace += by(request)
    this.#sweep()
    this.#heap.lengthen(by)
  }

  /** Takes out those whose time is up, the earliest deadline first. */
  takeDue(now: number): AcquireRequest<C>[] {
    const due = this.#heap.takeDue(now)
    const fromHeap = due.length
    for (let first = this.#row.first; first !== undefined; first = this.#row.first) {
      if (first.waits) {
        if (first.deadline > now) break
        due.push(first)
      }
      this.#row.shift()
      this.#settled-- // also for one that is due: it is noted as settled when it is refused
    }
    return fromHeap > 0 && due.length > fromHeap ? due.sort(byDeadline) : due
  }

  #sweep(): void {
    this.#row.refill(this.#row.toArray().filter(waits).sort(byDeadline))
    this.#settled = 0
  }

  #dropSettled(): void {
    while (this.#row.first?.waits === false) {
      this.#row.shift()
      this.#settled--
    }
    while (this.#row.last?.waits === false) {
      this.#row.pop()
      this.#settled--
    }
  }
}

const waits = ({ waits }: { readonly waits: boolean }): boolean => waits

const byDeadline = (a: { readonly deadline: number }, b: { readonly deadline: number }): number =>
  a.deadline - b.deadline
