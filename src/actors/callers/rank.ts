// The waiting callers of one priority.
import type { AcquireRequest } from './request.js'
import { Ring } from './ring.js'

/** So few gaps are not worth a sweep. */
const fewGaps = 32

/**
 * In the order in which they asked. One that leaves from between leaves a gap: it keeps its place, no longer `queued`, until it
 * comes to either end, or until gaps are the greater part. So the first and the last one always wait.
 */
export class Rank<C> {
  readonly #requests = new Ring<AcquireRequest<C>>()
  #gaps = 0

  constructor(readonly priority: number) {}

  get first(): AcquireRequest<C> | undefined {
    return this.#requests.first
  }

  get last(): AcquireRequest<C> | undefined {
    return this.#requests.last
  }

  /** How many places there are: at least as many as callers who wait. */
  get places(): number {
    return this.#requests.length
  }

  /** Adds one that asked after all that are here. */
  join(request: AcquireRequest<C>): void {
    this.#requests.push(request)
  }

  /** Puts one in between those that asked before it and those that asked after it. */
  rejoin(request: AcquireRequest<C>): void {
    this.#requests.insert(this.placeOf(request), request)
  }

  /** Takes out the first one, which there is. */
  shift(): AcquireRequest<C> {
    const request = this.#requests.shift() as AcquireRequest<C>
    request.queued = false
    if (this.#gaps > 0) this.#closeGaps()
    return request
  }

  /** Takes one out that waits here. */
  leave(request: AcquireRequest<C>): void {
    request.queued = false
    this.#gaps++
    this.#closeGaps()
  }

  /** Those who wait, in order. */
  toArray(): AcquireRequest<C>[] {
    return this.#requests.toArray().filter(isQueued)
  }

  /** How many places those have that asked before this one: its own place, if it waits here. */
  placeOf({ order }: AcquireRequest<C>): number {
    return this.#requests.countWhile(other => other.order < order)
  }

  #closeGaps(): void {
    const requests = this.#requests
    while (requests.first?.queued === false) {
      requests.shift()
      this.#gaps--
    }
    while (requests.last?.queued === false) {
      requests.pop()
      this.#gaps--
    }
    if (this.#gaps <= fewGaps || this.#gaps * 2 <= requests.length) return
    requests.refill(this.toArray())
    this.#gaps = 0
  }
}

/** Whether a request still is where it was put. */
export const isQueued = ({ queued }: { readonly queued: boolean }): boolean => queued
