// Statements of several callers on one simulated connection: it runs them one after another, as PostgreSQL does in pipeline mode.

import type { SharingSupport } from '../driver.js'
import type { Session, SimulatedConnection } from './connection.js'
import type { Database } from './database.js'
import { SimulatedError } from './error.js'

interface Statement {
  readonly text: unknown
}

/** What changes the session; `SELECT begin_quietly()` is one whose text does not tell. */
const changes = /^\s*(begin|start\s+transaction|commit|end|rollback|abort|set)\b/i

/** What the driver of a database does. */
export const sharingOn = (database: Database): SharingSupport<SimulatedConnection> => ({
  mayShare: statement => !changes.test(String((statement as Statement).text)),
  kindOf: statement => (statement as Statement).text,
  begin() {},
  end() {},
  send(connection, statement, answer) {
    connection.query((statement as Statement).text).then(result => answer(undefined, result), answer)
  },
  isClean(connection) {
    const { transaction, isChanged } = connection as Session
    return transaction === 'none' && !isChanged
  },
  cancel: (connection, isWanted) => database.cancel(connection as Session, isWanted),
  isCancelled: error => error instanceof SimulatedError && error.code === '57014',
})
