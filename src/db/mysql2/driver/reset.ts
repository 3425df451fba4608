// Making a session as good as new: what a holder left is undone, and then the server's own word is what counts.

import mysql2 from 'mysql2'
import { call, query, rowsOf } from './commands.js'
import { resetConnection } from './reset-command.js'
import type { Session } from './session.js'

/** Whatever `completion_type` is: with its `CHAIN` a plain ROLLBACK begins the next transaction, with `RELEASE` it ends the session. */
export const rollback = 'ROLLBACK AND NO CHAIN NO RELEASE'

/** See {@link rollback}. */
export const commit = 'COMMIT AND NO CHAIN NO RELEASE'

/** Undoes what the server tells of (a transaction, autocommit), and locks of tables. */
export async function tidySession(session: Session): Promise<void> {
  // Also what SET TRANSACTION READ ONLY has in store for the next one.
  if (session.mayBeInTransaction || session.tracker.leftBehind.readOnly) await query(session, rollback)
  const { autocommitStatement } = session.tracker
  if (autocommitStatement !== undefined) await query(session, autocommitStatement)
  if (session.tracker.leftBehind.locks) await query(session, 'UNLOCK TABLES') // which would commit what is open
  if (session.tracker.leftBehind.denied) await chooseAgain(session)
}

/** Has the server look up anew what the session may do in its database: a GRANT holds for sessions that choose it afterwards. */
async function chooseAgain(session: Session): Promise<void> {
  const { schema, leftBehind } = session.tracker
  leftBehind.denied = false
  if (schema !== '') await query(session, use(schema)).catch(() => {}) // it may do nothing there
}

const use = (database: string): string => `USE \`${database.replaceAll('`', '``')}\``

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

/** COM_RESET_CONNECTION, and what it leaves: the character set, the one SQL mode that a client asks for as it connects, and the database. */
export async function resetSession(session: Session): Promise<void> {
  const { core, charsetNumber, database } = session
  await resetConnection(core)
  const settings = [charsetSetting(charsetNumber), modeSetting(core.config.clientFlags)].filter(Boolean)
  if (settings.length > 0) await query(session, `SET ${settings.join(', ')}`)
  if (charsetNumber !== undefined) core.config.charsetNumber = charsetNumber
  if (database !== undefined) await query(session, use(database))
}

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

/** By number, what mysql2 has by name: `UTF8MB4_UNICODE_CI: 224`. */
let names: Map<number, string> | undefined

/** CLIENT_IGNORE_SPACE, which mysql2 sets unless `flags` say otherwise. */
const ignoreSpace = 0x100

/** What puts back the SQL mode that comes with the connect. */
function modeSetting(clientFlags = 0): string | undefined {
  return clientFlags & ignoreSpace ? "sql_mode = CONCAT(@@sql_mode, ',IGNORE_SPACE')" : undefined
}

/**
 * What puts back the character set that a connection began with: MySQL resets it to the server's own default, and
 * mysql2 would go on with the other. Undefined when its name is not known.
 */
function charsetSetting(charsetNumber: number | undefined): string | undefined {
  names ??= new Map(collations().map(([name, number]) => [number, name.toLowerCase()]))
  const collation = names.get(charsetNumber ?? -1)
  if (collation === undefined) return undefined
  const [charset] = collation.split('_')
  return `NAMES ${charset} COLLATE ${collation}`
}

/** Without the names that mysql2 has for a character set's default: `UTF8MB4`. */
function collations(): [string, number][] {
  const { Charsets } = mysql2 as unknown as { Charsets: Record<string, number> }
  return Object.entries(Charsets).filter(([name]) => name === 'BINARY' || name.includes('_'))
}
