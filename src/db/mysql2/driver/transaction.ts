// Transactions on a MySQL session, for pool.transaction().

import type { BeginOptions, IsolationLevel, TransactionSupport } from '../../driver.js'
import { call, query } from './commands.js'
import { isRetryable } from './fatal.js'
import { commit, rollback } from './reset.js'
import type { Session } from './session.js'

const levels: Readonly<Record<IsolationLevel, string>> = {
  'read uncommitted': 'READ UNCOMMITTED',
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
}

/** What begins a transaction: one statement, and one before it where an isolation level is asked for. */
export function beginStatements({ isolation, readOnly }: BeginOptions): string[] {
  const access = readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE'
  const start = `START TRANSACTION${access}`
  // It holds for the next transaction only.
  return isolation === undefined ? [start] : [`SET TRANSACTION ISOLATION LEVEL ${levels[isolation]}`, start]
}

/** The transactions of those sessions that `sessionOf` knows. */
export function transactions<C>(sessionOf: (connection: C) => Session): TransactionSupport<C> {
  return {
    async begin(connection, options) {
      const session = sessionOf(connection)
      session.tracker.takeFailure()
      for (const statement of beginStatements(options)) await query(session, statement)
    },

    async commit(connection) {
      const session = sessionOf(connection)
      const { tracker } = session
      if (tracker.uncertain) await call(done => session.core.ping(done))
      const cause = tracker.takeFailure()
      if (cause !== undefined && !tracker.inTransaction) {
        throw new Error(
          'The transaction was not committed: the server had already ended it with an error, such as a deadlock, so later statements were not part of it. Let such an error escape from the callback.',
          { cause },
        )
      }
      await query(session, commit)
    },

    async rollback(connection) {
      const session = sessionOf(connection)
      if (session.mayBeInTransaction) await query(session, rollback)
      if (session.tracker.inTransaction)
        throw new Error('The server reports that the transaction is still open after ROLLBACK.')
    },

    isRetryable,
  }
}
