// Resetting a whole session, and then what a connect sets up and the reset takes away.

import mysql2 from 'mysql2'
import { query, rowsOf } from './commands.js'
import { resetConnection } from './reset-command.js'
import type { Session } from './session.js'

/** COM_RESET_CONNECTION, and then what a new session has: what the client asks for as it connects, `init_connect`, and the database. */
export async function resetSession(session: Session): Promise<void> {
  const { core, charsetNumber, database } = session
  await resetConnection(core)
  await set(session, charsetSetting(charsetNumber), flagSettings(core.config.clientFlags))
  if (charsetNumber !== undefined) core.config.charsetNumber = charsetNumber
  const init = await initConnectOf(session)
  // Without a client that may send several statements the server refuses several, and the pool replaces the session.
  if (init !== '') await query(session, init)
  if (database !== undefined) await query(session, use(database))
}

/** Chooses a database. */
export const use = (database: string): string => `USE \`${database.replaceAll('`', '``')}\``

async function set(session: Session, charset: string | undefined, others: readonly string[]): Promise<void> {
  const settings = charset === undefined ? others : [charset, ...others]
  if (settings.length === 0) return
  try {
    await query(session, `SET ${settings.join(', ')}`)
  } catch (error) {
    if (charset === ofServer || (error as { errno?: unknown }).errno !== unknownCollation) throw error
    await set(session, ofServer, others)
  }
}

/** ER_UNKNOWN_COLLATION */
const unknownCollation = 1273

/** What a client has after a connect for which the server does not know the collation. */
const ofServer = ['character_set_client', 'character_set_results', 'collation_connection']
  .map(name => `${name} = @@global.${name}`)
  .join(', ')

/** Bits of the flags that a client connects with: CLIENT_IGNORE_SPACE, which mysql2 sets unless `flags` say otherwise, and CLIENT_INTERACTIVE. */
const clientFlags = { ignoreSpace: 0x100, interactive: 0x400 } as const

/** What the server sets by them at a connect. */
function flagSettings(flags = 0): string[] {
  const settings: string[] = []
  if (flags & clientFlags.ignoreSpace) settings.push("sql_mode = CONCAT(@@sql_mode, ',IGNORE_SPACE')")
  if (flags & clientFlags.interactive) settings.push('wait_timeout = @@interactive_timeout')
  return settings
}

/** What the server runs at a connect of this account, and not at a reset; empty when it is nothing, or not known. Asked once for each session. */
export async function initConnectOf(session: Session): Promise<string> {
  session.initConnect ??= String((await rowsOf(session, initConnect).catch(() => []))[0]?.[0] ?? '')
  return session.initConnect
}

/** It does not hold for administrators. */
const initConnect = `SELECT IF(@@init_connect = '' OR EXISTS (SELECT 1 FROM information_schema.user_privileges
WHERE privilege_type IN ('SUPER', 'CONNECTION ADMIN', 'CONNECTION_ADMIN') AND REPLACE(grantee, '''', '') = CURRENT_USER()), '', @@init_connect)`

/** By number, what mysql2 has by name: `UTF8MB4_UNICODE_CI: 224`. */
let names: Map<number, string> | undefined

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
