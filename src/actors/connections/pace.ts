// How fast connections come back and new ones open, as learned from those that did.

/** The weight of the newest value in a moving average. */
const newest = 0.2

/** Two moving averages, in milliseconds; undefined before the first value. Written on each release: it allocates nothing. */
export class PaceMeter {
  // NaN before the first value: a field that is always a number is written in place.
  #holdTime = Number.NaN
  #connectTime = Number.NaN

  /** How long leases last. */
  get holdTime(): number | undefined {
    return known(this.#holdTime)
  }

  /** How long opening a connection takes. */
  get connectTime(): number | undefined {
    return known(this.#connectTime)
  }

  /** A lease ended that lasted this long. */
  noteHeld(duration: number): void {
    // As in `average`, written out: a call makes an object of each of these numbers.
    const before = this.#holdTime
    const next = before >= 0 ? before + newest * (duration - before) : duration
    this.#holdTime = next < negligible ? 0 : next
  }

  /** A connection was opened, and it took this long. */
  noteConnected(duration: number): void {
    this.#connectTime = average(this.#connectTime, duration)
  }
}

/** As good as nothing, in milliseconds. An average of many zeros would get ever smaller, down to where processors count slowly. */
const negligible = 1e-6

function average(before: number, value: number): number {
  const next = Number.isNaN(before) ? value : before + newest * (value - before)
  return next < negligible ? 0 : next
}

const known = (average: number): number | undefined => (Number.isNaN(average) ? undefined : average)
