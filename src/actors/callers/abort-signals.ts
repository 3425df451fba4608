// The AbortSignals of callers who wait: which of them wait by which signal.
import { onAbort } from '../../core/signals.js'
import type { AcquireRequest } from './request.js'

/** Watches over the signals of waiting requests, and lets go of each as soon as its request is forgotten. */
export class AbortSignals<C> {
  readonly #aborted: (request: AcquireRequest<C>, reason: unknown) => void
  readonly #watched = new Map<AcquireRequest<C>, () => void>()

  /** @param aborted told of each request whose signal aborts, in the order in which they came */
  constructor(aborted: (request: AcquireRequest<C>, reason: unknown) => void) {
    this.#aborted = aborted
  }

  /**
   * Watches over a request until it is forgotten. A signal that has aborted already is told of at once; so is one that cannot be
   * listened to, with its error as the reason: only its own request pays for it.
   */
  add(request: AcquireRequest<C>, signal: AbortSignal): void {
    try {
      if (!signal.aborted) {
        this.#watched.set(
          request,
          onAbort(signal, () => this.#aborted(request, signal.reason)),
        )
        return
      }
    } catch (error) {
      this.#aborted(request, error)
      return
    }
    this.#aborted(request, signal.reason)
  }

  /** Lets go of a request, if it is watched over. */
  forget(request: AcquireRequest<C>): void {
    if (this.#watched.size === 0) return
    const stop = this.#watched.get(request)
    if (stop === undefined) return
    this.#watched.delete(request)
    stop()
  }
}
