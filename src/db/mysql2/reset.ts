// Making a session as good as new: COM_RESET_CONNECTION, and what it takes beyond that.

import mysql2 from 'mysql2'
import { call, query } from './commands.js'
import type { Session } from './session.js'

/** Resolves with whether it could be done: old servers, and some proxies, do not know how. */
export async function resetSession(session: Session): Promise<boolean> {
  try {
    await call(done => session.core.reset(done))
  } catch (error) {
    if (isUnknownCommand(error)) return false
    throw error
  }
  const statement = charsetStatement(session.charsetNumber)
  if (statement !== undefined) await query(session, statement)
  return true
}

/** By number, what mysql2 has by name: `UTF8MB4_UNICODE_CI: 224`. */
let names: Map<number, string> | undefined

/**
 * The statement that puts back the character set that a connection began with: MySQL resets it to the server's own default, and
 * mysql2 would go on with the other. Undefined when nobody knows its name.
 */
function charsetStatement(charsetNumber: number | undefined): string | undefined {
  names ??= new Map(collations().map(([name, number]) => [number, name.toLowerCase()]))
  const collation = names.get(charsetNumber ?? -1)
  if (collation === undefined) return undefined
  const [charset] = collation.split('_')
  return `SET NAMES ${charset} COLLATE ${collation}`
}

/** Without the names that mysql2 has for a character set's default: `UTF8MB4`. */
function collations(): [string, number][] {
  const { Charsets } = mysql2 as unknown as { Charsets: Record<string, number> }
  return Object.entries(Charsets).filter(([name]) => name === 'BINARY' || name.includes('_'))
}

/** ER_UNKNOWN_COM_ERROR, and what proxies say instead. */
function isUnknownCommand(error: unknown): boolean {
  const { errno } = (error ?? {}) as { errno?: unknown }
  return errno === 1047 || errno === 1235
}
