// How long to wait before a transaction is tried again, and the wait itself.
import type { Clock } from '../../core/clock.js'
import { onAbort } from '../../core/signals.js'

const firstCeiling = 20
const highestCeiling = 1_000

/**
 * Exponential back-off with full jitter: anything from 0 up to a ceiling that doubles with each failure, from 20 ms to 1 s.
 * ("Exponential Backoff And Jitter", AWS Architecture Blog.) Full jitter, because those who collided must not meet again; short,
 * because a connection is held meanwhile.
 *
 * @param failures attempts that failed, at least 1
 * @param random a number from 0 to below 1
 */
export function retryDelay(failures: number, random: number): number {
  return random * Math.min(highestCeiling, firstCeiling * 2 ** (failures - 1))
}

/**
 * Resolves after `delay` milliseconds on the clock, or as soon as the signal aborts; leaves neither timer nor listener behind.
 * Rejects when the signal cannot be listened to.
 */
export function pause(clock: Clock, delay: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    let timer: unknown
    const stop =
      signal &&
      onAbort(signal, () => {
        clock.clearTimeout(timer)
        resolve()
      })
    if (signal?.aborted) return
    timer = clock.setTimeout(() => {
      stop?.()
      resolve()
    }, delay)
  })
}
