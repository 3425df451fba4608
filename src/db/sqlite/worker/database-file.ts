// The file under a session: whether its path still leads to it, and whether it may be written.

import type { BigIntStats } from 'node:fs'

/** Not imported: what runs as a text has no imports. */
const { accessSync, constants, statSync } = process.getBuiltinModule('node:fs')

/** As it was when its session opened it. */
export class DatabaseFile {
  readonly #filename: string
  readonly #identity: BigIntStats | undefined

  constructor(filename: string) {
    this.#filename = filename
    this.#identity = filename === ':memory:' ? undefined : this.#look()
  }

  /**
   * Whether the path leads to another file now, or to none. SQLite looks itself, in the same way, but not with the journal in WAL mode:
   * there it goes on writing into the file that has no name any more.
   */
  get moved(): boolean {
    if (this.#identity === undefined) return false
    const { dev, ino } = this.#identity
    const now = this.#look()
    return now === undefined || now.ino !== ino || now.dev !== dev
  }

  /** Whether this process may write it. */
  get writable(): boolean {
    try {
      accessSync(this.#filename, constants.W_OK)
      return true
    } catch {
      return false
    }
  }

  /** When it cannot be told (a folder that may not be searched any more), the file is taken for what it was. */
  #look(): BigIntStats | undefined {
    try {
      return statSync(this.#filename, { bigint: true, throwIfNoEntry: false })
    } catch {
      return this.#identity
    }
  }
}
