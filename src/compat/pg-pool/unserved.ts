// Who has asked for a client and has none yet: when a pool is ended, pg.Pool still serves some of them.

/** The longest delay that timers know, in ms. */
const longestTimer = 2 ** 31 - 1

/** Counts them, and tells when those that the end of the pool waits for have been served. */
export class Unserved {
  /** Queries of the pool's own. */
  #queries = 0
  /** Callers and queries that wait for a client, and how many have ceased to. */
  #inLine = 0
  #left = 0
  /** So many must have left the line. */
  #awaited = 0
  #tell: (() => void) | undefined

  ask(): void {
    this.#queries++
  }

  serve(): void {
    this.#queries--
    if (this.#areServed) this.#tell?.()
  }

  enter(): void {
    this.#inLine++
  }

  leave(): void {
    this.#inLine--
    this.#left++
    if (this.#areServed) this.#tell?.()
  }

  /**
   * Resolves when all queries have their clients, and the first in line for whom clients are being opened, or after the limit; undefined
   * if there are none such.
   * @param opening how many clients can be being opened
   */
  served(opening: number, limit: number): Promise<void> | undefined {
    this.#awaited = this.#left + Math.min(this.#inLine, opening)
    if (this.#areServed) return undefined
    return new Promise(resolve => {
      const timer = Number.isFinite(limit) ? setTimeout(resolve, Math.min(limit, longestTimer)) : undefined
      this.#tell = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  get #areServed(): boolean {
    return this.#queries === 0 && this.#left >= this.#awaited
  }
}
