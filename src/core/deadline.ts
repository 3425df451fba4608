// Deadlines of the drivers' own (cancel requests, goodbyes), for what no caller waits for.
import { systemClock } from './clock.js'

/**
 * Calls back after so many milliseconds, unless what it answers with is called before. Like the pool's own deadlines it is judged after the
 * news from the network is read, so that a blocked loop or a frozen process does not make an answer late; it keeps no process alive.
 */
export function startDeadline(callback: () => void, delay: number): () => void {
  const timer = systemClock.setTimeout(callback, delay)
  systemClock.unref?.(timer)
  return () => systemClock.clearTimeout(timer)
}
