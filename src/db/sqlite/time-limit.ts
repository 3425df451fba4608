// A statement's time limit, judged after the news that has arrived is read.

/** Node's timers take no more; a longer time is as good as no limit. */
const longestTimer = 0x7fff_ffff

/** As they were when this was loaded: test runners replace them for a while, and worker messages do not arrive in simulated time. */
const nextTurn = setImmediate
const cancelTurn = clearImmediate

/**
 * Calls back after `time` milliseconds. Timers come first in a turn of the event loop, and messages after them: when the loop was
 * blocked for longer than `time`, the answer may be there already. So the callback waits for two turns, in which the answer is read.
 *
 * @returns what cancels it
 */
export function afterNews(time: number, callback: () => void): () => void {
  if (time > longestTimer) return () => {}
  let turn: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    turn = nextTurn(() => {
      turn = nextTurn(callback)
    })
  }, time)
  return () => {
    clearTimeout(timer)
    if (turn !== undefined) cancelTurn(turn)
  }
}
