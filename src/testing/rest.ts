// How to wait until what was set in motion has come to rest, without waiting for time.

import { setImmediate as nextTurn } from 'node:timers/promises'

/**
 * One turn of the event loop: all promises, ticks and immediates that are on their way by now have happened. An answer from the
 * network has not: the simulated system has no network.
 */
export const aTurnOfTheLoop = (): Promise<void> => nextTurn()

/**
 * All promises have come to rest, and the ticks that were asked for by now have happened. Half as long as a turn of the loop takes, and
 * enough for the pool and the simulated database, which use nothing else; `setImmediate` does not happen meanwhile.
 *
 * Node runs a tick that is asked for by a promise's reaction when no reaction is left to run, however long their chains are.
 */
export const promisesAtRest = (): Promise<void> =>
  hasTicks
    ? new Promise(resolve => {
        queueMicrotask(() => process.nextTick(resolve))
      })
    : aTurnOfTheLoop()

/** A browser has none. */
const hasTicks = typeof globalThis.process?.nextTick === 'function'
