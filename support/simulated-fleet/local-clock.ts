// The clock of one process in a simulated fleet: it may run faster or slower than the others', and stands still while the process is paused.
import type { Clock } from '../../src/index.js'

export class LocalClock implements Clock {
  readonly #base: Clock
  readonly #offset: number
  readonly #rate: number
  /** What has become due during a pause, in order; undefined = the process runs. */
  #due: (() => void)[] | undefined
  readonly #rings: () => void
  #ended = false

  /**
   * @param rate 1.01 = a hundredth faster than the others
   * @param rings told whenever something happens in the process
   */
  constructor(base: Clock, offset: number, rate: number, rings: () => void) {
    this.#base = base
    this.#rings = rings
    this.#offset = offset
    this.#rate = rate
  }

  now(): number {
    return this.#offset + this.#base.now() * this.#rate
  }

  setTimeout(callback: () => void, delay: number): unknown {
    if (this.#ended) return undefined
    const timer = { callback: callback as (() => void) | undefined, handle: undefined as unknown }
    timer.handle = this.#base.setTimeout(() => {
      const ring = (): void => timer.callback?.()
      if (this.#ended) return
      this.#rings()
      if (this.#due === undefined) ring()
      else this.#due.push(ring)
    }, delay / this.#rate)
    return timer
  }

  clearTimeout(timer: unknown): void {
    const own = timer as { callback: unknown; handle: unknown } | undefined
    if (own === undefined) return
    own.callback = undefined
    this.#base.clearTimeout(own.handle)
  }

  get isPaused(): boolean {
    return this.#due !== undefined
  }

  /** The process is frozen (SIGSTOP, a suspended container). */
  pause(): void {
    this.#due ??= []
  }

  /** It goes on, and everything that became due meanwhile happens late. */
  resume(): void {
    const due = this.#due ?? []
    this.#due = undefined
    this.#rings()
    for (const ring of due) ring()
  }

  /** The process is gone: nothing happens in it any more. */
  end(): void {
    this.#ended = true
    this.#due = undefined
  }
}
