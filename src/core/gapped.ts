// A list whose members leave from anywhere.
import { Ring } from './ring.js'

/** So few gaps are not worth a sweep. */
const fewGaps = 32

/** What knows whether it still is where it was put. */
export interface Member {
  queued: boolean
}

/**
 * One that leaves from between leaves a gap: it keeps its place, no longer `queued`, until it comes to either end, or until gaps are
 * the greater part. So the first and the last one are always members.
 *
 * Not a Map or a Set, which are queues, too: V8 replaces their table every few members, and each old table holds on to what was in it and to its
 * successor. Once one of them is in the old generation, all that come after it get there, with whatever they refer to (`--trace-gc-nvp` shows it).
 * One that left must not come back as the same object: its gap would be a member again.
 */
export class Gapped<T extends Member> {
  protected readonly members = new Ring<T>()
  #gaps = 0

  get first(): T | undefined {
    return this.members.first
  }

  get last(): T | undefined {
    return this.members.last
  }

  /** How many places there are: at least as many as members. */
  get places(): number {
    return this.members.length
  }

  /** Adds one at the end. */
  join(member: T): void {
    this.members.push(member)
  }

  /** Takes out the first one, which there is. */
  shift(): T {
    const member = this.members.shift() as T
    member.queued = false
    if (this.#gaps > 0) this.#closeGaps()
    return member
  }

  /** Takes one out that is here. */
  leave(member: T): void {
    member.queued = false
    this.#gaps++
    this.#closeGaps()
  }

  /** The members, in order. */
  toArray(): T[] {
    return this.members.toArray().filter(isQueued)
  }

  #closeGaps(): void {
    const { members } = this
    while (members.first?.queued === false) {
      members.shift()
      this.#gaps--
    }
    while (members.last?.queued === false) {
      members.pop()
      this.#gaps--
    }
    if (this.#gaps <= fewGaps || this.#gaps * 2 <= members.length) return
    members.refill(members.toArray().filter(isQueued))
    this.#gaps = 0
  }
}

/** Whether it still is where it was put. */
export const isQueued = ({ queued }: Readonly<Member>): boolean => queued
