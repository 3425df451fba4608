// Transactions on a SQLite connection, for pool.transaction().

import type { TransactionSupport } from '../driver.js'
import type { SqliteConnection } from './connection.js'
import { isRetryable } from './error.js'
import type { Session } from './session.js'

/**
 * SQLite's transactions are serializable, so every isolation level is kept. One that may write takes the write lock at its begin
 * (`BEGIN IMMEDIATE`): one that took it later could be refused then, its work done in vain, because somebody wrote meanwhile.
 */
export function transactions(
  sessionOf: (connection: SqliteConnection) => Session,
  readonly: boolean,
): TransactionSupport<SqliteConnection> {
  return {
    async begin(connection, { readOnly = readonly }) {
      const session = sessionOf(connection)
      if (readOnly && !readonly) await session.setQueryOnly(true)
      await session.statement(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE')
    },

    async commit(connection) {
      const session = sessionOf(connection)
      await session.statement('COMMIT')
      await session.setQueryOnly(false)
    },

    async rollback(connection) {
      const session = sessionOf(connection)
      // A full disk, say, has SQLite roll back by itself. And a lost connection must say so.
      await session.statement(session.inTransaction ? 'ROLLBACK' : 'SELECT 1')
      await session.setQueryOnly(false)
    },

    isRetryable,
  }
}
