// Whether the server of a session has become read-only, which looks like the ordinary error 25006 (a write in a read-only transaction).

/** What a driver has learnt from all its sessions. */
export interface Evidence {
  /** One of them could write. */
  writable: boolean
}

/** `'unknown'`: only the server can tell, by SHOW transaction_read_only. */
export type Verdict = 'ordinary' | 'here' | 'everywhere' | 'unknown'

const watched = ['default_transaction_read_only', 'in_hot_standby'] as const

/** Follows what the server says about one session. PostgreSQL 14 and later reports the two parameters; older ones and proxies do not. */
export class ReadOnlyWatch {
  readonly #values = new Map<string, string>()
  #bySet = false
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** @param tag of the last command of the round trip in which it came */
  parameter(name: string, value: string, tag: string | undefined): void {
    if (!watched.some(one => one === name)) return
    this.#values.set(name, value)
    this.#bySet = value === 'on' && tag === 'SET'
  }

  /** A command has been completed. */
  completed(tag: string): void {
    if (!this.#evidence.writable && /^(INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|TRUNCATE)\b/.test(tag))
      this.#evidence.writable = true
  }

  /** The session has become ready for its borrowers. */
  begin(): void {
    if (this.#values.get('default_transaction_read_only') === 'off' && !this.#isOn)
      this.#evidence.writable = true
  }

  /** What the error 25006 means here. */
  judge(): Verdict {
    if (this.#values.size === 0) return 'unknown'
    return this.#isOn ? this.judgeReadOnly() : 'ordinary'
  }

  /** The same, when it is known that transactions are read-only unless they ask to be something else. */
  judgeReadOnly(): Verdict {
    if (!this.#evidence.writable) return 'ordinary'
    return this.#bySet ? 'here' : 'everywhere'
  }

  get #isOn(): boolean {
    return watched.some(name => this.#values.get(name) === 'on')
  }
}
