// What a holder may have left behind that no answer tells of: locked tables, a session whose transactions only read, one that the server is about to end.
//
// The answer to LOCK TABLES is like any other. So texts are looked at, and what other statements meet; what is believed of them costs no more
// than a round trip when the connection is released.

import type { Command } from './internals.js'

/** Follows one session. */
export class LeftBehind {
  /** The session may hold locks that outlive its transactions. */
  locks = false
  /** Its transactions may only read by default: the server is to be asked. */
  readOnly = false
  /** Only a reset of the whole session undoes it, or shows that the server has ended it. */
  whole = false
  /** It was denied something. What it may do in its database the server looked up when the database was chosen. */
  denied = false

  /** A prepared XA transaction, which no other session can end before this one is closed. */
  prepared = false

  get nothing(): boolean {
    return !(this.prepared || this.locks || this.readOnly || this.whole || this.denied)
  }

  /** The session is as it should be. */
  settle(): void {
    this.locks = false
    this.readOnly = false
    this.whole = false
    this.denied = false
  }

  /** A statement without rows was done, and changed none. */
  done({ sql }: Command): void {
    if (typeof sql !== 'string') return
    if (/(^|;)\s*execute\b|\block\s+tables?\b|\bwith\s+read\s+lock\b|\bfor\s+export\b/i.test(sql))
      this.locks = true
    else if (/^\s*unlock\s+tables?\s*;?\s*$/i.test(sql)) this.locks = false
    if (/(^|;)\s*set\b[^;]*\bread\s+only\b|\b(tx|transaction)_read_only\b/i.test(sql)) this.readOnly = true
    const [, xa] = /^\s*xa\s+(prepare|commit|rollback)\b/i.exec(sql) ?? []
    if (xa) this.prepared = /^p/i.test(xa)
    if (endsSession.test(sql) || undoneByReset.test(sql)) this.whole = true
  }

  /** The server refused something. */
  met(errno: number): void {
    // ER_TABLE_NOT_LOCKED_FOR_WRITE, ER_TABLE_NOT_LOCKED, ER_CANT_UPDATE_WITH_READLOCK
    if (errno === 1099 || errno === 1100 || errno === 1223) this.locks = true
    if (errno === 1792) this.readOnly = true // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: of this transaction, or of every one
    if (denials.has(errno)) this.denied = true
  }
}

/** A handler keeps others from altering its table, as a lock does. */
const undoneByReset = /\bcompletion_type\b|\bbackup\s+(stage|lock)\b|\bhandler\b[^;]*\bopen\b/i

/** COMMIT RELEASE: the server says that it is done, and then closes the connection. */
const endsSession = /(^|;)\s*(commit|rollback)\b(?![^;]*\bno\s+release\b)[^;]*\brelease\b/i

/** ER_DBACCESS_DENIED_ERROR, ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR, ER_PROCACCESS_DENIED_ERROR */
const denials: ReadonlySet<number> = new Set([1044, 1142, 1143, 1370])
