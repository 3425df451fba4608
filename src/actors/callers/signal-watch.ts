// The AbortSignal of a caller who waits.
import { onAbort } from '../../core/signals.js'
import type { AcquireRequest, Watch } from './request.js'
import { watchToo } from './watches.js'

/** Lets go of a signal as soon as the request that waits by it is settled. */
export class SignalWatch<C> implements Watch<C> {
  readonly #stop: () => void

  constructor(stop: () => void) {
    this.#stop = stop
  }

  settled(): void {
    this.#stop()
  }
}

/**
 * Watches over a request's signal until the request is settled.
 * What ends the watch is kept by the request: a Map of all who wait would keep them from the collector, see core/gapped.ts.
 * @param aborted told when the signal aborts, for all requests in the order in which they came; at once of a signal that has aborted
 *   already, and of one that cannot be listened to, with its error as the reason: only its own request pays for it
 */
export function watchSignal<C>(
  request: AcquireRequest<C>,
  signal: AbortSignal,
  aborted: (request: AcquireRequest<C>, reason: unknown) => void,
): void {
  try {
    if (!signal.aborted) {
      const stop = onAbort(signal, () => aborted(request, signal.reason))
      watchToo(request, new SignalWatch(stop))
      return
    }
  } catch (error) {
    aborted(request, error)
    return
  }
  aborted(request, signal.reason)
}
