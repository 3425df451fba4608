// Work that is waited for no longer than a signal allows.

import { onAbort } from './signals.js'

/** Settles with the promise, or rejects with the signal's reason when that aborts first; leaves no listener behind. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    promise.then(resolve, reject) // handled, whatever the signal does
    const stop = onAbort(signal, () => reject(signal.reason))
    promise.then(stop, stop)
  })
}

/**
 * Waits for a step of some larger work, and undoes that work once, at once when the signal aborts, or when the step fails.
 * @param undo called at most once
 */
export function undoable(step: Promise<unknown>, signal: AbortSignal, undo: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => {
      reject(signal.reason)
      undo()
    })
    step
      .then(
        () => {
          forget()
          resolve()
        },
        error => {
          forget()
          if (!signal.aborted) undo()
          reject(error)
        },
      )
      .catch(reject) // of the undoing
  })
}
