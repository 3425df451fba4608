// The worker's prepared statements: those used last are kept, and each is used by one call at a time.

import type { Engine, Statement } from '../wire/library.js'

export class Statements {
  readonly #engine: Engine
  readonly #limit: number
  /** The one used last comes last. */
  readonly #kept = new Map<string, Statement>()

  constructor(engine: Engine, limit: number) {
    this.#engine = engine
    this.#limit = limit
  }

  /** Taken out, because a statement that is being read must not be begun again: a second call prepares one of its own. */
  take(sql: string): Statement {
    const kept = this.#kept.get(sql)
    if (kept === undefined) return this.#engine.prepare(sql)
    this.#kept.delete(sql)
    return kept
  }

  putBack(sql: string, statement: Statement): void {
    if (this.#limit === 0) return
    this.#kept.set(sql, statement)
    if (this.#kept.size <= this.#limit) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      return
    }
  }
}
