// What goes into the chart by which an adaptive pool finds its size, and what it decides by.
import type { Held, Measured, SizePolicy, SizeRange } from './decisions/knee.js'

/** What the pool looks like at one moment. */
export interface SizeSample {
  readonly type: 'sampled'
  /** The time on the pool's clock, in milliseconds. */
  readonly at: number
  /** Leases that have ended since the pool was created. */
  readonly served: number
  /** Connections that are open. */
  readonly open: number
  /** Whether callers wait, and the pool serves them: only then throughput tells of the size. */
  readonly wanted: boolean
}

/** What a {@link sizeFinderMachine} answers. */
export type SizeFinderEvent =
  | SizeSample
  /** The pool's `min` or `max` was changed. */
  | { readonly type: 'resized'; readonly range: SizeRange }

/** What {@link sizeFinderMachine} is started with. */
export interface SizeFinderInput {
  readonly policy: SizePolicy
  readonly range: SizeRange
}

/** The context of {@link sizeFinderMachine}. */
export interface SizeFinderContext extends SizeFinderInput {
  /** The maximum that the pool has now. */
  readonly size: number
  /** The sizes that this search has measured. */
  readonly seen: readonly Measured[]
  /** What is known of the size that is held. */
  readonly held: Held
  /** When the measurement began, and how many leases had ended by then. */
  readonly from: { readonly at: number; readonly served: number }
  /** When a lease last ended, or no caller waited, and how many leases had ended by then. */
  readonly alive: { readonly at: number; readonly served: number }
  /** When the last measurement of the search ended. */
  readonly seenAt: number
  /** The pool's own minimum: that of `range` is higher for a while after it stalled with fewer. */
  readonly least: number
  /** Until when. */
  readonly cautiousUntil: number
}
