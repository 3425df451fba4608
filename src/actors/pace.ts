// How fast connections come back and new ones open, as learned from those that did.

/** The weight of the newest value in a moving average. */
const newest = 0.2

/** Two moving averages, in milliseconds; undefined before the first value. Written on each release: it allocates nothing. */
export class PaceMeter {
  #holdTime: number | undefined
  #connectTime: number | undefined

  /** How long leases last. */
  get holdTime(): number | undefined {
    return this.#holdTime
  }

  /** How long opening a connection takes. */
  get connectTime(): number | undefined {
    return this.#connectTime
  }

  /** A lease ended that lasted this long. */
  noteHeld(duration: number): void {
    this.#holdTime = average(this.#holdTime, duration)
  }

  /** A connection was opened, and it took this long. */
  noteConnected(duration: number): void {
    this.#connectTime = average(this.#connectTime, duration)
  }
}

function average(before: number | undefined, value: number): number {
  return before === undefined ? value : before + newest * (value - before)
}
