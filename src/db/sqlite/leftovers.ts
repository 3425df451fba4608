// Keeps threads that cannot be ended from piling up: a thread inside one long step of SQLite goes on until the step is done.

import { SqliteError } from './error.js'
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
    const over = AbortSignal.any([signal, AbortSignal.timeout(patience)])
    const ended = new AbortController()
    for (const { end } of this.#hosts) void end.then(() => ended.abort())
    await new Promise<void>(resolve => {
      const done = AbortSignal.any([over, ended.signal])
      if (done.aborted) resolve()
      else done.addEventListener('abort', () => resolve(), { once: true })
    })
    signal.throwIfAborted()
    if (this.#hosts.size < bearable) return
    throw new SqliteError({
      code: 'SQLITE_BUSY',
      message: `${this.#hosts.size} threads of connections that were destroyed are still inside statements that cannot be ended from outside. Connections are opened again when they are done. With isolation: 'process' such statements end at once.`,
    })
  }
}
