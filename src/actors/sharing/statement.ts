// A statement that may share its connection with others.

/** Called once: with an error, or with the result. */
export type Done = (error: unknown, result: unknown) => void

/** It is sent once, and answered once. */
export class Statement {
  /** What the driver sends. */
  readonly what: unknown
  readonly done: Done
  sentAt = Number.NaN

  constructor(what: unknown, done: Done) {
    this.what = what
    this.done = done
  }
}
