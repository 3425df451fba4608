// The waiting callers of one priority.
import { Gapped } from './gapped.js'
import type { AcquireRequest } from './request.js'

/** In the order in which they asked. */
export class Rank<C> extends Gapped<AcquireRequest<C>> {
  constructor(readonly priority: number) {
    super()
  }

  /** Whether tenants take turns in it. */
  get isFair(): boolean {
    return false
  }

  /** The number of the caller that asked last; 0 = none waits. */
  get newest(): number {
    return this.last?.order ?? 0
  }

  /** When the caller asked that has waited longest; Infinity = none waits. */
  get oldest(): number {
    return this.first?.at ?? Number.POSITIVE_INFINITY
  }

  /** Puts one in between those that asked before it and those that asked after it. */
  rejoin(request: AcquireRequest<C>): void {
    this.members.insert(this.indexOf(request), request)
  }

  /** The same for one that comes for the first time. */
  admit(request: AcquireRequest<C>): void {
    this.rejoin(request)
  }

  /** How many places those have that asked before this one: its own place, if it waits here. */
  placeOf(request: AcquireRequest<C>): number {
    return this.indexOf(request)
  }

  protected indexOf({ order }: AcquireRequest<C>): number {
    return this.members.countWhile(other => other.order < order)
  }
}
