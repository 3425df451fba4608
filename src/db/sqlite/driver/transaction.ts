// Transactions on a SQLite connection, for pool.transaction().

import type { TransactionSupport } from '../../driver.js'
import { isRetryable, SqliteError } from '../wire/error.js'
import type { SqliteConnection } from './connection.js'
import type { Session } from './session.js'

/**
 * SQLite's transactions are serializable, so every isolation level is kept. One that may write takes the write lock at its begin
 * (`BEGIN IMMEDIATE`): one that took it later could be refused then, its work done in vain, because another connection wrote meanwhile.
 */
export function transactions(
  sessionOf: (connection: SqliteConnection) => Session,
  { readonly, queryOnly }: { readonly readonly: boolean; readonly queryOnly: boolean },
): TransactionSupport<SqliteConnection> {
  return {
    async begin(connection, { readOnly }) {
      const session = sessionOf(connection)
      if (readOnly !== undefined && !readonly) await session.setQueryOnly(readOnly ? 'on' : 'off')
      await session.statement((readOnly ?? (readonly || queryOnly)) ? 'BEGIN' : 'BEGIN IMMEDIATE')
    },

    async commit(connection) {
      const session = sessionOf(connection)
      try {
        await session.statement('COMMIT')
      } catch (error) {
        // What of it is on the disk is not known, so it must not be done again on another connection.
        throw error instanceof SqliteError && error.fatal ? error.asLoss() : error
      }
      await session.setQueryOnly('as before')
    },

    async rollback(connection) {
      const session = sessionOf(connection)
      // A full disk, say, has SQLite roll back by itself. And a lost connection must say so.
      await session.statement(session.inTransaction ? 'ROLLBACK' : 'SELECT 1')
      await session.setQueryOnly('as before')
    },

    isRetryable,
  }
}
