// Whether SQLite refuses to write in this session: turned on and off for transactions, and then what it was.

import type { Engine } from '../wire/library.js'

export class QueryOnly {
  readonly #engine: Engine
  /** What it was before it was changed for a transaction; undefined while it is as the session has it. */
  #before: boolean | undefined
  #forbidden = false

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** As SQLite has it: the option `pragmas` or a holder may have set it, too. */
  get on(): boolean {
    return Number(Object.values(this.#engine.prepare('PRAGMA query_only').get(undefined) ?? {})[0]) === 1
  }

  set(to: 'on' | 'off' | 'remember' | 'as before'): void {
    if (to !== 'as before') {
      this.#before ??= this.on
      if (to !== 'remember') this.#turn(to === 'on')
    } else if (this.#before !== undefined) {
      this.#turn(this.#before)
      this.#before = undefined
    }
  }

  /** For good. */
  forbidWrites(): void {
    this.#turn(true)
    this.#forbidden = true
  }

  #turn(on: boolean): void {
    if (!this.#forbidden) this.#engine.exec(`PRAGMA query_only = ${on ? 'on' : 'off'}`)
  }
}
