// Waiting for somebody else's lock, in slices: SQLite's own waiting cannot be called off from outside.

import { failureOf } from './failure.js'

/** In milliseconds: how long SQLite waits by itself, and so how long a wait goes on after it was called off. */
const slice = 50

/** Not SQLITE_BUSY_SNAPSHOT: that one stays, however long one waits. */
const worthWaiting = /^SQLITE_BUSY(_RECOVERY)?$/

/**
 * Tries until the lock is free, the time is up, or nobody wants it any more; then the error is SQLite's.
 * @param patience in milliseconds
 */
export function waitForLocks<T>(attempt: () => T, patience: number, calledOff: () => boolean): T {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      return attempt()
    } catch (error) {
      const over = performance.now() >= deadline || calledOff()
      if (over || !worthWaiting.test(failureOf(error).code)) throw error
    }
  }
}

waitForLocks.slice = slice
