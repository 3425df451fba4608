// Keeps threads that cannot be ended from piling up: a thread inside one long step of SQLite goes on until the step is done.

import { systemClock } from '../../../core/clock.js'
import { onAbort } from '../../../core/signals.js'
import { SqliteError } from '../wire/error.js'
import type { Host } from './host.js'

/** Threads left behind that a driver bears with before it opens no more. Each may keep a processor busy, and a lock. */
const bearable = 4

/** How long a connect waits for one of them, in milliseconds: those that can end have ended long before. */
const patience = 1_000

/** The workers of a driver that were told to end and have not. */
export class Leftovers {
  readonly #hosts = new Set<Host>()

  /** To be called when a worker is told to end. */
  add(host: Host): void {
    if (host.ended) return
    this.#hosts.add(host)
    void host.end.then(() => this.#hosts.delete(host))
  }

  /**
   * Settles when there is room for a new connection.
   * @throws SqliteError when there is none for a second; the signal's reason when it aborts.
   */
  async room(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#hosts.size < bearable) return
    let over = (): void => {}
    const ends = [...this.#hosts].map(({ end }) => end)
    await new Promise<void>(resolve => {
      const timer = systemClock.setTimeout(resolve, patience)
      const unwatch = onAbort(signal, resolve)
      void Promise.race(ends).then(resolve)
      over = () => {
        systemClock.clearTimeout(timer)
        unwatch()
      }
    })
    over()
    signal.throwIfAborted()
    if (this.#hosts.size < bearable) return
    throw new SqliteError({
      code: 'SQLITE_BUSY',
      message: `${this.#hosts.size} threads of destroyed connections are still inside statements that cannot be cancelled from outside. The pool opens connections again when they finish. With isolation: 'process' such statements end at once.`,
      remedy: "Wait for those statements, or use isolation: 'process'.",
    })
  }
}
