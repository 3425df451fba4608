// Which procedures a session has run: MariaDB keeps each as it was read at its first CALL, also when a table that it uses changes.

import type { Command } from './internals.js'

/** Those of one session, by the names that it called them by. */
export class Procedures {
  readonly #worked = new Set<string>()

  /** A statement without rows, or the last part of one, was done. */
  done(command: Command): void {
    const name = nameIn(command)
    if (name !== undefined) this.#worked.add(name)
  }

  /** Whether the command calls one that worked before. */
  has(command: Command): boolean {
    const name = nameIn(command)
    return name !== undefined && this.#worked.has(name)
  }
}

function nameIn({ sql }: Command): string | undefined {
  return typeof sql === 'string' ? /^\s*call\s+([^\s(;]+)/i.exec(sql)?.[1]?.toLowerCase() : undefined
}
