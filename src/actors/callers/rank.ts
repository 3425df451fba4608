// Those who wait, of one priority.
import { Gapped, type Member } from '../../core/gapped.js'

/** A caller, or a caller's statement. */
export interface Waiting extends Member {
  /** When its caller asked. */
  readonly at: number
  /** The lower, the earlier it asked. No two members have the same; a gap may have that of one who came back. */
  readonly order: number
  /** On whose behalf; undefined = on that of all who name none. */
  readonly terms?: { readonly tenant?: string | undefined; readonly weight?: number | undefined } | undefined
}

/** In the order in which they asked. */
export class Rank<W extends Waiting> extends Gapped<W> {
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
  rejoin(one: W): void {
    this.members.insert(this.indexOf(one), one)
  }

  /** The same for one that comes for the first time. */
  admit(one: W): void {
    this.rejoin(one)
  }

  /** How many places those have that asked before this one: its own place, if it waits here. */
  placeOf(one: W): number {
    return this.indexOf(one)
  }

  protected indexOf({ order }: W): number {
    return this.members.countWhile(other => other.order < order)
  }
}
