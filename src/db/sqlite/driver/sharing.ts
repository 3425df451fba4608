// `pool.query()` on SQLite, and several statements under way on one connection: its thread then finds the next one when it is through with one.

import type { SharingSupport } from '../../driver.js'
import type { SqliteParameters } from '../wire/messages.js'
import type { SqliteConnection } from './connection.js'
import type { Session } from './session.js'

interface Statement {
  readonly text: unknown
  readonly values?: unknown
}

/** What reads, and leaves nothing in the session. */
const reads = /^\s*(select|with|values)\b/i

/** What may be found in one of these that changes the session, or depends on what it did before; and what may be hidden in quotes. */
const touches =
  /;\s*\S|--|\/\*|["'`[]\s*(load_extension|last_insert_rowid|changes|total_changes)|\b(load_extension|last_insert_rowid|changes|total_changes|temp|temporary|insert|update|delete|replace|pragma\w*)\b/i

/** @param sessionOf for threads: a process ends with the statement, and with its neighbours */
export const sharing = (
  sessionOf: ((connection: SqliteConnection) => Session) | undefined,
): SharingSupport<SqliteConnection> => ({
  mayShare(statement) {
    const { text } = statement as Statement
    return typeof text === 'string' && reads.test(text) && !touches.test(text)
  },
  kindOf: statement => (statement as Statement).text,
  begin() {},
  end() {},
  send(connection, statement, answer) {
    const { text, values } = statement as Statement
    connection.all(text as string, values as SqliteParameters).then(rows => answer(undefined, rows), answer)
  },
  isClean: connection => !connection.inTransaction,
  ...(sessionOf && {
    async cancel(connection: SqliteConnection, isWanted: () => boolean) {
      if (isWanted()) sessionOf(connection).cancelOldest()
    },
  }),
})
