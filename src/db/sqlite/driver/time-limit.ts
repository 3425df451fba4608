// A statement's time limit, judged after the news that has arrived is read.

import { systemClock } from '../../../core/clock.js'

/** As they were when this was loaded: test runners replace them for a while, and worker messages do not arrive in simulated time. */
const nextTurn = setImmediate
const cancelTurn = clearImmediate

/**
 * Calls back after `time` milliseconds, by the pool's clock: when the event loop was blocked for longer, the answer may be there
 * already, and one that comes in several messages needs the time that was lost. One turn more lets a worker's messages through.
 *
 * @returns what cancels it
 */
export function afterNews(time: number, callback: () => void): () => void {
  let turn: NodeJS.Immediate | undefined
  const timer = systemClock.setTimeout(() => {
    turn = nextTurn(callback)
  }, time)
  return () => {
    systemClock.clearTimeout(timer)
    if (turn !== undefined) cancelTurn(turn)
  }
}
