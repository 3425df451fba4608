// Where the page's pools come from: a running process, a recording, or a pool in the same page.

import type { Notice } from '../../recorder/format.js'
import type { Answer, ControlRequest, Fault, FaultRequest, SystemEvent } from '../protocol.js'
import type { Past, PoolIdentity, Transition, ViewFrame } from './model/pool-view.js'

/** Whether the source tells anything now. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  /** It is tried again at `retryAt` (milliseconds of `performance.now()`). */
  | { readonly state: 'lost'; readonly retryAt: number }
  /** Trying again would not help: what the page says instead, and what to do. */
  | { readonly state: 'refused'; readonly title: string; readonly text: string }

/** What a source says first, and after each reconnect. */
export interface Introduction {
  readonly kind: 'live' | 'recording' | 'local'
  /** The process or the file, to show above the pools. */
  readonly title: string
  readonly allowControl: boolean
  readonly pools: readonly PoolIdentity[]
  readonly faults: readonly Fault[]
}

/** What the page gives to its source. */
export interface Listener {
  connection(connection: Connection): void
  introduce(introduction: Introduction): void
  transitions(pool: number, transitions: readonly Transition[], missed: number): void
  notices(pool: number, notices: readonly Notice[]): void
  frame(pool: number, frame: ViewFrame): void
  /** How the pool stood before all else that is told. */
  past(pool: number, past: Past): void
  missed(pool: number, count: number): void
  gone(pool: number): void
  faults(faults: readonly Fault[]): void
  system(event: SystemEvent): void
}

/** Tells of pools, and may do something to them. */
export interface Source {
  /** Begins to tell. @returns a function that ends it */
  open(listener: Listener): () => void
  /** The time on a pool's clock, if the source knows better than the page, which guesses it from what it was told. */
  now?(pool: number): number
  control?(request: ControlRequest): Promise<Answer>
  fault?(request: FaultRequest): Promise<Answer>
  readonly replay?: Replay
}

/** Moves through a recording. */
export interface Replay {
  readonly start: number
  readonly end: number
  readonly position: number
  readonly playing: boolean
  /** How many seconds of the recording pass in one. */
  readonly speed: number
  /** Moments worth a look: incidents first. */
  readonly marks: readonly { readonly at: number; readonly text: string; readonly incident: boolean }[]
  /** How much happened in each of equal parts, from 0 to 1. */
  readonly density: readonly number[]
  play(): void
  pause(): void
  setSpeed(speed: number): void
  seek(at: number): void
  /** To the next or the previous event. */
  step(direction: 1 | -1): void
}
