// Turning a batch of work into rounds of about the same length, warmed up, with a fixed number of batches in each.

import { setImmediate as turn } from 'node:timers/promises'

/** Does some work, checks it, and answers how many operations it was. */
export type Batch = () => Promise<number>

/**
 * Puts garbage out of the way where memory is what is measured, or nearly so. Not before each round: the young generation shrinks
 * with it, and the next milliseconds would measure how it grows again. Needs --expose-gc.
 */
export function collect(): void {
  globalThis.gc?.()
}

/** How long code takes to become what it will be: first run as it is written, then compiled, then compiled once more. Milliseconds. */
const leastWarmUp = 120

/**
 * Warms a batch up for one and a half times `roundTime` milliseconds, but not for less than that takes, and at least twice, and
 * answers how many of them make a round of that length.
 */
export async function calibrate(batch: Batch, roundTime: number): Promise<number> {
  const times: number[] = []
  const start = performance.now()
  while (times.length < 2 || performance.now() - start < Math.max(leastWarmUp, 1.5 * roundTime)) {
    const before = performance.now()
    await batch()
    await turn()
    times.push(performance.now() - before)
  }
  const late = times.slice(times.length >> 1).sort((a, b) => a - b)
  const typical = late[late.length >> 1] ?? roundTime
  return Math.max(1, Math.round(roundTime / typical))
}

/**
 * Runs batches with a turn of the event loop after each, and answers nanoseconds of CPU time per operation.
 *
 * CPU time and not the time on the clock: none of these loads waits for anything, so on an idle machine the two are the same, and
 * on a busy one the clock measures the neighbours. The threads that collect garbage for the process are counted.
 */
export async function timeBatches(batch: Batch, count: number): Promise<number> {
  let operations = 0
  const stop = cpuClock()
  for (let index = 0; index < count; index++) {
    operations += await batch()
    await turn()
  }
  return stop() / operations
}

/** Starts measuring; the function that it returns answers the nanoseconds of CPU time that this process has taken since. */
export function cpuClock(): () => number {
  const start = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(start)
    return (user + system) * 1_000
  }
}
