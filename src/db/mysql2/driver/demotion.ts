// Whether the server has stopped to take writes, a primary that became a replica say: all sessions of a driver find that out together, once.

/** What the sessions of one driver know. A write that is refused is news for all; the next ones are not, until one has written again. */
export class Demotion {
  #found = 0
  #lasts = false

  /** How often it was found: what a session that is opened now gives to {@link Demotion.written}. */
  get found(): number {
    return this.#found
  }

  /**
   * A session has written. One that was open before the server was found demoted proves nothing: it may have written to a temporary table.
   * @param found how often it had been found when the session was opened
   */
  written(found: number): void {
    if (found === this.#found) this.#lasts = false
  }

  /**
   * The server refused to write.
   * @returns whether that is news: every session that is open now is on that server. Those that are opened afterwards may lead to its
   *   successor one by one; if not, each write that is tried on what is a replica now would close all connections.
   */
  refused(): boolean {
    if (this.#lasts) return false
    this.#lasts = true
    this.#found++
    return true
  }
}
