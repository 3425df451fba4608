// Whether the server of a session has become read-only, which looks like the ordinary error 25006 (a write in a read-only transaction).

/** What a driver has learnt from all its sessions. */
export interface Evidence {
  /** One of them could write. */
  writable: boolean
  /** All that were open were found to be read-only, and none could write since. */
  demoted: boolean
}

/** `'unknown'`: only the server can tell, by SHOW transaction_read_only. */
export type Verdict = 'ordinary' | 'here' | 'everywhere' | 'unknown'

/** Follows what the server says about one session. PostgreSQL 14 and later reports the two parameters; older ones and proxies do not. */
export class ReadOnlyWatch {
  /** The values of `default_transaction_read_only` and `in_hot_standby`, if the server has said them. */
  #byDefault: string | undefined
  #inStandby: string | undefined
  #bySet = false
  /** It was made read-only for all callers. */
  #onPurpose = false
  readonly #evidence: Evidence

  constructor(evidence: Evidence) {
    this.#evidence = evidence
  }

  /** @param bySet whether the last command of the round trip in which it came was a SET */
  parameter(name: string, value: string, bySet: boolean): void {
    if (name === 'default_transaction_read_only') this.#byDefault = value
    else if (name === 'in_hot_standby') this.#inStandby = value
    else return
    this.#bySet = value === 'on' && bySet
  }

  /** A command has been completed. */
  completed(tag: string): void {
    const { writable, demoted } = this.#evidence
    // A session that is read-only by default can write all the same, to temporary tables, or where a transaction asks for it.
    if (writable && !demoted) return
    if (!this.#isOn && /^(INSERT|UPDATE|DELETE|MERGE|CREATE|ALTER|DROP|TRUNCATE)\b/.test(tag))
      this.#couldWrite()
  }

  /** The session has become ready for callers. */
  begin(): void {
    this.#onPurpose = this.#isOn && this.#bySet
    if (this.#byDefault === 'off' && !this.#isOn) this.#couldWrite()
  }

  /** What the error 25006 means here. */
  judge(): Verdict {
    if (this.#byDefault === undefined && this.#inStandby === undefined) return 'unknown'
    return this.#isOn ? this.judgeReadOnly() : 'ordinary'
  }

  /** The same, when it is known that transactions are read-only unless they ask to be something else. */
  judgeReadOnly(): Verdict {
    if (!this.#evidence.writable || this.#onPurpose) return 'ordinary'
    // One that was opened after the demotion says nothing about the others, else each write that is tried on what is a standby now would
    // close all connections. But another one may lead to the successor by then.
    if (this.#bySet || this.#evidence.demoted) return 'here'
    this.#evidence.demoted = true
    return 'everywhere'
  }

  /** What the server says it is; undefined when it does not say. */
  get role(): 'primary' | 'standby' | undefined {
    if (this.#byDefault === undefined || this.#inStandby === undefined) return undefined
    return this.#isOn ? 'standby' : 'primary'
  }

  #couldWrite(): void {
    this.#evidence.writable = true
    this.#evidence.demoted = false
  }

  get #isOn(): boolean {
    return this.#byDefault === 'on' || this.#inStandby === 'on'
  }
}
