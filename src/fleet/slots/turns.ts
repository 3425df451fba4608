// The pools of one process connect one at a time, until each has its slot.

/** A pool that waits for its turn. */
export interface InTurn {
  /** No other pool of the process is connecting. */
  isTurn(): void
}

export class Turns {
  readonly #waiting = new Set<InTurn>()
  /** The pool whose connect is under way, until it has its slot. */
  #entering: InTurn | undefined

  /** Whether a pool may begin a connect now; if not, it is told when it may. */
  begin(pool: InTurn): boolean {
    if (this.#entering !== undefined) {
      this.#waiting.add(pool)
      return false
    }
    this.#waiting.delete(pool)
    this.#entering = pool
    return true
  }

  /** A connect has its slot, or has failed: the next pool that waits has its turn. */
  end(pool: InTurn): void {
    if (this.#entering !== pool) return
    this.#entering = undefined
    for (const other of [...this.#waiting]) {
      if (this.#entering !== undefined) return
      this.#waiting.delete(other)
      other.isTurn()
    }
  }

  /** The pool does not wait any more. */
  giveUp(pool: InTurn): void {
    this.#waiting.delete(pool)
  }

  leave(pool: InTurn): void {
    this.giveUp(pool)
    this.end(pool)
  }
}
