// How often something may be asked for: a bucket of turns that fills again with time.

/** Allows `burst` turns at once, and then `perSecond` in each second. */
export class Rate {
  readonly #burst: number
  readonly #perSecond: number
  readonly #now: () => number
  #turns: number
  #at: number

  /** @param now milliseconds of any clock that runs evenly */
  constructor(burst: number, perSecond: number, now: () => number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#now = now
    this.#turns = burst
    this.#at = now()
  }

  /** Takes a turn, if there is one. */
  take(): boolean {
    const now = this.#now()
    this.#turns = Math.min(this.#burst, this.#turns + ((now - this.#at) / 1_000) * this.#perSecond)
    this.#at = now
    if (this.#turns < 1) return false
    this.#turns--
    return true
  }
}
