// What is soaked: a pool under load, and the faults that come over it in turn.

import type { CountingClock } from './counting-clock.js'
import type { Workers } from './workers.js'

/** Something bad, from its beginning to its end; it leaves the world as it was. */
export interface Fault {
  readonly name: string
  run(): Promise<void>
}

export interface Subject {
  readonly name: string
  readonly clock: CountingClock
  readonly workers: Workers
  readonly faults: readonly Fault[]
  /** What must not grow, taken while the workers rest: how many there are of what. */
  counts(): Record<string, number>
  /** Answers that were somebody else's. */
  readonly mistaken: number
  /** Ends everything. @returns what is left then, by name; empty when nothing */
  close(): Promise<Record<string, number>>
}

export const max = 10
export const workers = 20
