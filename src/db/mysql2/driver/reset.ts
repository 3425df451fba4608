// Making a session as good as new: what a holder left is undone, and then the server's own word is what counts.

import { call, query, rowsOf } from './commands.js'
import type { Session } from './session.js'
import { initConnectOf, use } from './whole-reset.js'

/** Whatever `completion_type` is: with its `CHAIN` a plain ROLLBACK begins the next transaction, with `RELEASE` it ends the session. */
export const rollback = 'ROLLBACK AND NO CHAIN NO RELEASE'

/** See {@link rollback}. */
export const commit = 'COMMIT AND NO CHAIN NO RELEASE'

/**
 * Undoes what the server tells of (a transaction, autocommit), and locks of tables.
 * @returns whether that will do; false = only a reset of the whole session shows what it was in the beginning
 */
export async function tidySession(session: Session): Promise<boolean> {
  // Also what SET TRANSACTION READ ONLY has in store for the next one.
  if (session.mayBeInTransaction || session.tracker.leftBehind.readOnly) await query(session, rollback)
  if (session.tracker.commitsInDoubt) {
    if ((await initConnectOf(session)) !== '') return false
    session.tracker.trustGreeting()
  }
  const { autocommitStatement } = session.tracker
  if (autocommitStatement !== undefined) await query(session, autocommitStatement)
  if (session.tracker.leftBehind.locks) await query(session, 'UNLOCK TABLES') // which would commit what is open
  if (session.tracker.leftBehind.denied) await chooseAgain(session)
  return true
}

/** Has the server look up anew what the session may do in its database: a GRANT holds for sessions that choose it afterwards. */
async function chooseAgain(session: Session): Promise<void> {
  const { schema, leftBehind } = session.tracker
  leftBehind.denied = false
  if (schema !== '') await query(session, use(schema)).catch(() => {}) // it may do nothing there
}

/** Whether the session's transactions only read by default: asked when its holder may have made it so. */
export async function isReadOnlyByDefault(session: Session): Promise<boolean> {
  const { leftBehind } = session.tracker
  if (!leftBehind.readOnly) return false
  leftBehind.readOnly = false
  return (await rowsOf(session, readOnlyByDefault)).some(([, value]) => value === 'ON')
}

/** By two names: that of MySQL 8 and MariaDB 11.1, and the older one. */
const readOnlyByDefault =
  "SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_read_only', 'tx_read_only')"

/**
 * @param thorough whether the database must be what it was, too
 * @throws when the server says that a session is not what it was in the beginning
 */
export async function expectClean(session: Session, thorough: boolean): Promise<void> {
  const { tracker } = session
  if (tracker.uncertain) await call(done => session.core.ping(done))
  if (tracker.inTransaction) throw new Error('A transaction was still open after the reset.')
  if (!tracker.commitsAsBefore) throw new Error('The reset did not restore autocommit.')
  if (thorough && !tracker.schemaAsBefore)
    throw new Error('Its holder selected a database, which a session that began without one cannot undo.')
}
