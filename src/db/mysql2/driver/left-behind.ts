// What a holder may have left behind that no answer tells of: locked tables, and a session whose transactions only read.
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

  /** The session is as it should be. */
  settle(): void {
    this.locks = false
    this.readOnly = false
  }

  /** A statement without rows was done, and changed none. */
  done({ sql }: Command): void {
    if (typeof sql !== 'string') return
    if (/\block\s+tables?\b|\bwith\s+read\s+lock\b|\bfor\s+export\b/i.test(sql)) this.locks = true
    else if (/^\s*unlock\s+tables?\s*;?\s*$/i.test(sql)) this.locks = false
    if (/(^|;)\s*set\b[^;]*\bread\s+only\b|\b(tx|transaction)_read_only\b/i.test(sql)) this.readOnly = true
  }

  /** The server refused something. */
  met(errno: number): void {
    // ER_TABLE_NOT_LOCKED_FOR_WRITE, ER_TABLE_NOT_LOCKED, ER_CANT_UPDATE_WITH_READLOCK
    if (errno === 1099 || errno === 1100 || errno === 1223) this.locks = true
    if (errno === 1792) this.readOnly = true // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: of this transaction, or of every one
  }
}
