// What a session owes its next caller.
import type pg from 'pg'
import type { Notes } from '../../listeners.js'
import { activeQueryOf } from './wired.js'

/** What was done in a session: the reset undoes it, or looks at it, before the next caller has it. */
export interface Debts {
  /** LISTEN or UNLISTEN; `'perhaps'` when only what the server ran in a block or a function can have. */
  channels: boolean | 'perhaps'
  /** Settings or statements were reset: what had been set up for every caller may be gone. */
  setUp: boolean
  /** One prepared statement was deallocated, and pg cannot know which. */
  statements: boolean
  /** Permission was denied: the role may have been remade under the session. */
  role: boolean
  /** A write was refused, and it is not known yet whether the server has become read-only. */
  readOnly: unknown
  /** What parameters were before a statement that shared the session changed them. */
  parameters: ReadonlyMap<string, string> | undefined
}

/** No debts. */
export const nothing: Readonly<Debts> = {
  channels: false,
  setUp: false,
  statements: false,
  role: false,
  readOnly: undefined,
  parameters: undefined,
}

/** The debts of one session, as the server's command tags tell of them. */
export class SessionDebts {
  #debts: Debts = { ...nothing }
  #any = false
  readonly #notes: Notes

  /** @param notes is told of each debt */
  constructor(notes: Notes) {
    this.#notes = notes
  }

  /** Whether there is one. */
  get any(): boolean {
    return this.#any
  }

  /** Whether a command that was run so far may have listened to channels. */
  get mayListen(): boolean {
    return this.#debts.channels !== false
  }

  owe<Name extends keyof Debts>(name: Name, value: Debts[Name]): void {
    this.#debts[name] = value
    this.#any = true
    this.#notes.note()
  }

  /** A block or a function may have listened to channels. */
  mayOweChannels(): void {
    if (!this.#debts.channels) this.owe('channels', 'perhaps')
  }

  /** The server has carried out a command. */
  completed(tag: string, client: pg.Client): void {
    if (tag === 'DEALLOCATE') this.owe('statements', true)
    if (/^(UN)?LISTEN$|^DISCARD ALL$/.test(tag)) this.owe('channels', true)
    else if (tag === 'DO' || tag === 'CALL') this.mayOweChannels()
    if (/^(DISCARD|RESET|DEALLOCATE)\b/.test(tag) || mayReset(tag, client)) this.owe('setUp', true)
  }

  /** Takes what the reset undoes. */
  take(): Debts {
    const debts = this.#debts
    this.#debts = { ...nothing }
    this.#any = false
    return debts
  }

  /** Takes the refusal of a write of which only the server can tell whether it has become read-only. */
  takeReadOnlyDoubt(): unknown {
    const reason = this.#debts.readOnly
    this.#debts.readOnly = undefined
    return reason
  }
}

/** No tag tells of what a DO block resets, nor that a SET leads back to the default: the text is looked at (docs/decisions/0053). */
function mayReset(tag: string, client: pg.Client): boolean {
  if (tag !== 'SET' && tag !== 'DO') return false
  return /\b(reset|discard|default|none|zone\s+local)\b/i.test(String(activeQueryOf(client)?.text ?? ''))
}
