// Which resets are not waited for: those that seem slow, and are after a second look.

/** How long a reset that seems slow still has, in milliseconds: enough after the process stood still. */
const timeToReturn = 50

/** A reset that seems slow is looked at twice: if the process stood still, its end has to be read first, or it has not even begun. */
export class SlowResets {
  /** Resets that had taken long by then are slow. */
  provenUpTo = Number.NEGATIVE_INFINITY
  #suspectedAt: number | undefined

  /**
   * A reset seems to be slow.
   * @returns when to judge
   */
  suspect(now: number): number {
    this.#suspectedAt ??= now
    return this.#suspectedAt + timeToReturn
  }

  /** What was suspected, and has not ended by now, is slow. */
  judge(now: number): void {
    const since = this.#suspectedAt
    if (since === undefined || now < since + timeToReturn) return
    this.provenUpTo = since
    this.#suspectedAt = undefined
  }
}
