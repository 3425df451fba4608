// A statement that may share its connection with others.
import type { AcquireRequest } from '../callers/request.js'

/** Called once: with an error, or with the result. */
export type Done = (error: unknown, result: unknown) => void

/** It is sent once, and answered once. */
export class Statement<C> {
  /** What the driver sends. */
  readonly what: unknown
  readonly done: Done
  sentAt = Number.NaN
  /** What waits in the pool's queue for it; undefined = it never had to wait. */
  request: AcquireRequest<C> | undefined = undefined

  constructor(what: unknown, done: Done) {
    this.what = what
    this.done = done
  }

  /** It was neither sent nor refused. */
  waits = true
}
