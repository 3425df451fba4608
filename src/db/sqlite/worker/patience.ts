// Waiting for another connection's lock, in slices: SQLite's own wait cannot be cancelled from outside.

import { failureOf } from './failure.js'

/** In milliseconds: how long SQLite waits by itself, and so how long a wait goes on after it was cancelled. */
const slice = 50

/** Not SQLITE_BUSY_SNAPSHOT: that one stays, however long one waits. */
const worthWaiting = /^SQLITE_BUSY(_RECOVERY)?$/

/** An attempt that lasts this much longer than its slice, in milliseconds, was held up: the process was frozen, say. */
const heldUp = 500

/**
 * Tries until the lock is free, the time is up, or the statement is cancelled; then the error is SQLite's. There is always one more
 * attempt after the time is up, and when the process was frozen the time is lengthened by what it lost, once: who holds the
 * lock may have stood still as well.
 * @param patience in milliseconds
 */
export function waitForLocks<T>(attempt: () => T, patience: number, calledOff: () => boolean): T {
  let began = performance.now()
  let deadline = began + patience
  let extended = false
  for (;;) {
    const over = began >= deadline
    try {
      return attempt()
    } catch (error) {
      const now = performance.now()
      const lost = now - began - slice
      if (!over && !extended && lost > heldUp) {
        deadline = Math.max(deadline, now) + Math.min(lost, patience)
        extended = true
      }
      if (over || calledOff() || !worthWaiting.test(failureOf(error).code)) throw error
      began = now
    }
  }
}

waitForLocks.slice = slice
