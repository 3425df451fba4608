// How long to wait before the next connect while they are failing.

const firstDelay = 100
const longestDelay = 30_000

/**
 * Exponential back-off with equal jitter: doubles with each failure from 100 ms up to 30 s, of which the upper half is random.
 * ("Exponential Backoff And Jitter", AWS Architecture Blog; equal jitter so that a hot loop is impossible.)
 *
 * @param failures connects that failed in a row, at least 1
 * @param random a number from 0 to below 1
 */
export function backoffDelay(failures: number, random: number): number {
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** (failures - 1))
  return ceiling / 2 + (ceiling / 2) * random
}
