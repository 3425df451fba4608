// What a session owes its next caller.

/** What was done in a session and is to be undone, or looked at, before the next caller has it. */
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
