// What cancels a call of the driver.

/**
 * Cancels a call of the driver. Its signal is made when it is first asked for: an `AbortController` costs as much as the rest of a call, and not
 * every driver looks at it.
 */
export class Cancellation {
  #aborted = false
  #controller: AbortController | undefined = undefined
  readonly #earlier: Cancellation | undefined

  /** @param earlier a call that is under way still (a request to cancel, during a reset): what cancels this one cancels it, too */
  constructor(earlier: Cancellation | undefined) {
    this.#earlier = earlier
  }

  get aborted(): boolean {
    return this.#aborted
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted) this.#controller.abort()
    }
    return this.#controller.signal
  }

  abort(): void {
    this.#aborted = true
    this.#controller?.abort()
    this.#earlier?.abort()
  }
}
