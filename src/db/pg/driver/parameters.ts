// What a session's parameters were when it began. A proxy hands clients sessions that began without them, to which a reset leads back.

import type pg from 'pg'

/** Those that a client can ask for as it connects, and that the server reports. */
const kept = ['application_name', 'client_encoding', 'DateStyle', 'IntervalStyle', 'TimeZone']

/** Follows what the server reports. */
export class StartParameters {
  readonly #now = new Map<string, string>()
  #atStart: ReadonlyMap<string, string> = new Map()

  /** The server said what the value of a parameter is. */
  reported(name: string, value: string): void {
    if (kept.includes(name)) this.#now.set(name, value)
  }

  /** The session has begun, and is unchanged. */
  begin(): void {
    this.#atStart = new Map(this.#now)
  }

  /** SQL that makes them what they were; undefined when they are. */
  restoring(client: pg.Client): string | undefined {
    const changed = [...this.#atStart].filter(([name, value]) => this.#now.get(name) !== value)
    if (changed.length === 0) return undefined
    return changed
      .map(([name, value]) => `SET ${client.escapeIdentifier(name)} = ${client.escapeLiteral(value)}`)
      .join('; ')
  }
}
