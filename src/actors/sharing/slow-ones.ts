// Which statements are slow, by what they have in common: those get a connection to themselves, so that no other waits behind them.

/** So many are remembered; applications have few. */
const most = 1_000

/** Twice in a row is slow: once may have been the server's, or the event loop's. */
const enough = 2

/** So many times as long as the others take is long. When all take long, it is the server that is slow, or this process. */
const outstanding = 8

/** How fast what is typical follows what comes. */
const step = 1.05

/** What is remembered of the statements of one pool. Only of slow ones: a statement that was quick costs nothing. */
export class SlowOnes {
  readonly #limit: number
  /** How many times in a row each has been slow. */
  readonly #times = new Map<unknown, number>()
  /** The shortest time in which a statement was answered that had a connection to itself: the way there and back. */
  #trip = Number.POSITIVE_INFINITY
  /** What a statement takes: half of them take longer. */
  #typical = 1

  /** @param patience how long others may wait behind a statement, in milliseconds */
  constructor(patience: number) {
    this.#limit = Math.max(1, patience / 4)
  }

  /** Whether a statement was slow the last times. */
  has(kind: unknown): boolean {
    return this.#times.size > 0 && (this.#times.get(kind) ?? 0) >= enough
  }

  /**
   * Notes how long a statement took.
   * @param since when it was sent, or when the one before it was answered, which was later
   * @param isFirst it was sent while no other was under way
   */
  note(kind: unknown, since: number, now: number, isFirst: boolean): void {
    let time = now - since
    if (isFirst) {
      this.#trip = Math.min(time, this.#trip * 1.01 + 0.01) // drifts upwards: networks change
      time -= this.#trip
    }
    this.#typical = Math.max(0.01, time > this.#typical ? this.#typical * step : this.#typical / step)
    if (time <= Math.max(this.#limit, outstanding * this.#typical)) {
      if (this.#times.size > 0) this.#times.delete(kind)
      return
    }
    const times = this.#times.get(kind) ?? 0
    if (times === 0 && this.#times.size >= most) this.#times.clear()
    this.#times.set(kind, times + 1)
  }
}
