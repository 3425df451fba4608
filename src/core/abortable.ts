// A promise that is waited for no longer than a signal allows.

import { onAbort } from './signals.js'

/** Settles with the promise, or rejects with the signal's reason when that aborts first; leaves no listener behind. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject) // handled, whatever the signal does
    const stop = onAbort(signal, () => reject(signal.reason))
    promise.then(stop, stop)
  })
}
