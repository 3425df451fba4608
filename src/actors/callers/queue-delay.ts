// How late the callers in a queue are served. There is none unless the pool sheds load.

import { isQueued } from '../../core/gapped.js'
import { Ring } from '../../core/ring.js'
import {
  afterLook,
  isLate,
  mayGrow,
  nextLook,
  nextShed,
  type QueueDelay,
  type ShedPolicy,
} from '../../machines/decisions/overload.js'
import type { PoolContext } from '../../machines/pool-types.js'
import type { Alarm } from '../time/alarm.js'
import type { AcquireRequest } from './request.js'

const never = Number.POSITIVE_INFINITY

/** So few who have left are not worth a sweep. */
const fewGaps = 32

/** Since when a caller waits for a connection: what it waited for its lane does not count. */
const since = <C>({ at, terms }: AcquireRequest<C>): number => terms?.since ?? at

function isBefore<C>(one: AcquireRequest<C>, other: AcquireRequest<C>): boolean {
  return since(one) < since(other) || (since(one) === since(other) && one.order < other.order)
}

/** Knows who has waited for longest, whatever the priorities, and what was seen of that. */
export class QueueTimes<C> implements QueueDelay {
  readonly policy: ShedPolicy
  lateSince = never
  emptySince = 0
  shedAt = never
  /** How long the caller had waited who was served last, in milliseconds. */
  lastDelay = 0
  readonly #now: () => number
  /** In the order in which they asked; those who have left fall out when they come to the front, or in a sweep. */
  readonly #requests = new Ring<AcquireRequest<C>>()
  #length = 0
  /** What callers waited before does not count. */
  #from = 0
  #alarm: Alarm | undefined

  /** @param now the pool's clock */
  constructor(policy: ShedPolicy, now: () => number) {
    this.policy = policy
    this.#now = now
  }

  /** @param alarm rings when the pool should look */
  set alarm(alarm: Alarm) {
    this.#alarm = alarm
  }

  get oldest(): number {
    const first = this.#first
    return first === undefined ? never : Math.max(since(first), this.#from)
  }

  /** What inspectors print of it. */
  toJSON(): object {
    const { policy, lastDelay } = this
    return { ...policy, lastDelay }
  }

  noteJoined(request: AcquireRequest<C>): void {
    this.#requests.push(request)
    this.#noteMore(request)
  }

  /** One comes back that was taken out, or from the door of its lane. */
  noteRejoined(request: AcquireRequest<C>): void {
    const place = this.#requests.countWhile(other => isBefore(other, request))
    if (this.#requests.at(place) !== request) this.#requests.insert(place, request)
    this.#noteMore(request)
    this.#alarm?.noLaterThan(Math.max(this.#from, since(request)) + this.policy.target) // which may be over
  }

  /** One is about to be served. */
  noteNext(): void {
    const now = this.#now()
    this.lastDelay = now - Math.min(now, this.oldest)
    this.lateSince = afterLook(this, now)
  }

  /** One has left the queue, served or not. */
  noteLeft(): void {
    this.#length--
    if (this.#length === 0) {
      this.lateSince = never
      this.emptySince = this.#now()
      this.#alarm?.noLaterThan(this.emptySince + this.policy.target)
    }
    if (this.#requests.length > fewGaps + 2 * this.#length)
      this.#requests.refill(this.#requests.toArray().filter(isQueued))
  }

  /** The pool serves callers, from now on. */
  begin(): void {
    this.#from = this.#now()
    this.lateSince = never
    this.#alarm?.noLaterThan(nextLook(this, this.#from))
  }

  /** Looks whether callers are late, and when to look again. */
  look(pool: PoolContext): void {
    const now = this.#now()
    const isGrowing = mayGrow(pool)
    this.lateSince = afterLook(this, now, isGrowing)
    this.#alarm?.noLaterThan(nextLook(this, now, isGrowing))
  }

  /** Those who have waited for as long as callers may, in the order in which they asked. */
  takeLate(): AcquireRequest<C>[] {
    const now = this.#now()
    const late: AcquireRequest<C>[] = []
    for (let first = this.#first; first !== undefined && isLate(this, now); first = this.#first) {
      late.push(first)
      this.#requests.shift()
    }
    return late
  }

  /** Those who were late have been refused. */
  noteShed(count: number): void {
    if (count > 0) this.shedAt = this.#now()
    this.#alarm?.noLaterThan(nextShed(this))
  }

  stop(): void {
    this.#alarm?.clear()
  }

  get #first(): AcquireRequest<C> | undefined {
    const requests = this.#requests
    while (requests.first?.queued === false) requests.shift()
    return requests.first
  }

  #noteMore(request: AcquireRequest<C>): void {
    this.emptySince = never
    if (this.#length++ === 0)
      this.#alarm?.noLaterThan(Math.max(since(request), this.#from) + this.policy.target)
  }
}
