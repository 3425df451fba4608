// Workers that can be told to rest: what a pool holds on to is told apart from what they hold only when they do.

import { setTimeout as pause } from 'node:timers/promises'

export interface Workers {
  /** Calls that succeeded. */
  readonly served: number
  /** Calls that failed. */
  readonly failed: number
  /** Lets them begin nothing new. @returns false when they were not done within `patience` milliseconds */
  rest(patience: number): Promise<boolean>
  goOn(): void
  /** Lets them end, and waits for that, but not for ever. */
  stop(): Promise<void>
}

/** As long as a careful program waits before it tries again. */
const afterFailure = 10

/** A call that never settles must not keep the run from ending; in milliseconds. */
const longestStop = 10_000

/** @param work is called over and over by each worker; that it throws is part of the game */
export function startWorkers(count: number, work: () => Promise<void>): Workers {
  let served = 0
  let failed = 0
  let under = 0
  let resting = false
  let stopped = false
  const worker = async (): Promise<void> => {
    while (!stopped) {
      if (resting) {
        await pause(5)
        continue
      }
      under++
      let ok = true
      try {
        await work()
        served++
      } catch {
        ok = false
        failed++
      }
      under--
      if (!ok) await pause(afterFailure)
    }
  }
  const all = Array.from({ length: count }, worker)
  return {
    get served() {
      return served
    },
    get failed() {
      return failed
    },
    async rest(patience) {
      resting = true
      const deadline = performance.now() + patience
      while (under > 0 && performance.now() < deadline) await pause(5)
      return under === 0
    },
    goOn() {
      resting = false
    },
    async stop() {
      stopped = true
      await Promise.race([Promise.all(all), pause(longestStop)])
    },
  }
}
