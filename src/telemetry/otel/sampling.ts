// Which durations a histogram records when there are more than it may record.

/** In milliseconds. */
const second = 1_000

/**
 * Takes all while they are few, and a random share of them while they are many, so that about `budget` are taken in a second. The share
 * follows the last second. In a sudden rush it is halved once the budget is used up, and again with each further quarter of it: of a million in
 * the first second, less than five times the budget is taken.
 */
export class Share {
  readonly #budget: number
  readonly #now: () => number
  readonly #random: () => number
  /** How many are passed over before the next one is taken. */
  #skip = 0
  /** One in how many is taken, on average. */
  #oneIn = 1
  #seen = 0
  #taken = 0
  #halveAt: number
  #begun: number

  /** @param budget in a second; Infinity = takes all */
  constructor(budget: number, now: () => number, random: () => number) {
    this.#budget = budget
    this.#now = now
    this.#random = random
    this.#halveAt = budget
    this.#begun = now()
  }

  /** Whether the next one is taken. For most of many it only counts. */
  takes(): boolean {
    if (this.#skip > 0) {
      this.#skip--
      return false
    }
    if (this.#budget !== Number.POSITIVE_INFINITY) this.#plan()
    return true
  }

  /**
   * Forgets whom it would have passed over, and looks at the time: to be called now and then. Otherwise a rush that is over would silence
   * the few that follow.
   */
  wake(): void {
    this.#seen -= this.#skip
    this.#skip = 0
    this.#beginAnew(this.#now())
  }

  #plan(): void {
    this.#seen++
    this.#taken++
    if (!this.#beginAnew(this.#now()) && this.#taken >= this.#halveAt) {
      this.#oneIn *= 2
      this.#halveAt += this.#budget / 4
    }
    // From none to twice as many as on average: an even step would beat with what comes regularly.
    this.#skip = Math.round(this.#random() * 2 * (this.#oneIn - 1))
    this.#seen += this.#skip
  }

  /** Sets the share by what came since the last time, if that was a second ago. */
  #beginAnew(now: number): boolean {
    const elapsed = now - this.#begun
    if (elapsed < second) return false
    this.#oneIn = Math.max(1, (this.#seen * second) / elapsed / this.#budget)
    this.#begun = now
    this.#seen = this.#taken = 0
    this.#halveAt = this.#budget
    return true
  }
}
