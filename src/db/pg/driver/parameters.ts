// What a session's parameters were when it began. A proxy hands clients sessions that began without them, to which a reset leads back.

import type pg from 'pg'

/** Those that a client can ask for as it connects, and that the server reports. */
const kept = ['application_name', 'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone']

/** Those that change for reasons of the server's. */
const ofServer = ['in_hot_standby', 'default_transaction_read_only', 'is_superuser']

/** Follows what the server reports. */
export class StartParameters {
  #now = new Map<string, string>()
  /** The same Map for as long as none has changed since. */
  #atStart: ReadonlyMap<string, string> | undefined
  #isShared = false
  /** What those were that have changed since statements share the session; none of them may change any. */
  #changed: Map<string, string> | undefined

  /** The server said what the value of a parameter is. */
  reported(name: string, value: string): void {
    const before = this.#now.get(name)
    if (before !== value && this.#now === this.#atStart) this.#now = new Map(this.#now)
    this.#now.set(name, value)
    if (!this.#isShared || before === undefined || before === value || ofServer.includes(name)) return
    this.#changed ??= new Map()
    if (!this.#changed.has(name)) this.#changed.set(name, before)
  }

  /** Statements of several callers run from now on. */
  share(): void {
    this.#isShared = true
  }

  /** None was changed by the statements that share the session, as far as the server reports it. */
  get unchanged(): boolean {
    return this.#changed === undefined
  }

  /** @returns what those were that the statements which shared the session have changed; undefined if none was */
  unshare(): ReadonlyMap<string, string> | undefined {
    const changed = this.#changed
    this.#isShared = false
    this.#changed = undefined
    return changed
  }

  /** The session has begun, and is unchanged. */
  begin(): void {
    this.#atStart = this.#now
  }

  /** SQL that makes them what they were; undefined when they are. */
  restoring(client: pg.Client): string | undefined {
    if (this.#atStart === undefined || this.#atStart === this.#now) return undefined
    const changed = [...this.#atStart].filter(
      ([name, value]) => kept.includes(name) && this.#now.get(name) !== value,
    )
    if (changed.length === 0) return undefined
    return changed
      .map(([name, value]) => `SET ${client.escapeIdentifier(name)} = ${client.escapeLiteral(value)}`)
      .join('; ')
  }
}

/** SQL that gives parameters the values that they had. */
export function givingBack(values: ReadonlyMap<string, string>, client: pg.Client): string {
  const calls = [...values].map(
    ([name, value]) => `set_config(${client.escapeLiteral(name)}, ${client.escapeLiteral(value)}, false)`,
  )
  return `SELECT ${calls.join(', ')}`
}
