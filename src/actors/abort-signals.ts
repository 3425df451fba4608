// The AbortSignals of callers who wait: which of them wait by which signal.
import type { AcquireRequest } from './request.js'

interface Watched<C> {
  readonly requests: Set<AcquireRequest<C>>
  readonly listener: () => void
}

/**
 * Listens to each signal once, however many callers wait by it: Node looks through all listeners of a signal for each new one, and warns
 * of a leak from the eleventh on.
 */
export class AbortSignals<C> {
  readonly #aborted: (request: AcquireRequest<C>, reason: unknown) => void
  readonly #watched = new Map<AbortSignal, Watched<C>>()
  readonly #signals = new Map<AcquireRequest<C>, AbortSignal>()

  /** @param aborted told of each request whose signal aborts, in the order in which they came */
  constructor(aborted: (request: AcquireRequest<C>, reason: unknown) => void) {
    this.#aborted = aborted
  }

  /** Watches over a request until it is forgotten. A signal that has aborted already is told of at once. */
  add(request: AcquireRequest<C>, signal: AbortSignal): void {
    if (signal.aborted) {
      this.#aborted(request, signal.reason)
      return
    }
    const watched = this.#watched.get(signal) ?? this.#listen(signal)
    watched.requests.add(request)
    this.#signals.set(request, signal)
  }

  /** Lets go of a request, if it is watched over, and of its signal, if it was the last. */
  forget(request: AcquireRequest<C>): void {
    if (this.#signals.size === 0) return
    const signal = this.#signals.get(request)
    if (signal === undefined) return
    this.#signals.delete(request)
    const watched = this.#watched.get(signal) as Watched<C>
    watched.requests.delete(request)
    if (watched.requests.size > 0) return
    signal.removeEventListener('abort', watched.listener)
    this.#watched.delete(signal)
  }

  #listen(signal: AbortSignal): Watched<C> {
    const requests = new Set<AcquireRequest<C>>()
    const listener = () => {
      for (const request of requests) this.#aborted(request, signal.reason)
    }
    const watched = { requests, listener }
    this.#watched.set(signal, watched)
    signal.addEventListener('abort', listener, { once: true })
    return watched
  }
}
