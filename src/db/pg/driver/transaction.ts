// Transactions on a PostgreSQL session, for pool.transaction().

import type pg from 'pg'
import type { BeginOptions, IsolationLevel, TransactionSupport } from '../../driver.js'
import { isBlind, needsConnection } from './blind.js'
import { isRetryable } from './fatal.js'
import type { Session } from './session.js'

const levels: Readonly<Record<IsolationLevel, string>> = {
  'read uncommitted': 'READ UNCOMMITTED',
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
}

/** BEGIN with its modes: `BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY`. */
export function beginStatement({ isolation, readOnly }: BeginOptions): string {
  const level = isolation === undefined ? '' : ` ISOLATION LEVEL ${levels[isolation]}`
  const access = readOnly === undefined ? '' : readOnly ? ' READ ONLY' : ' READ WRITE'
  return `BEGIN${level}${access}`
}

/** The transactions of those sessions that `sessionOf` knows. */
export function transactions(
  sessionOf: (client: pg.Client) => Session,
  lookWhetherReadOnly: (session: Session, reason: unknown) => Promise<void>,
): TransactionSupport<pg.Client> {
  return {
    async begin(client, options) {
      if (isBlind(client)) throw needsConnection('pool.transaction()')
      await client.query(beginStatement(options))
    },

    async commit(client) {
      const { ready, inTransaction } = sessionOf(client)
      if (ready && !inTransaction) {
        throw new Error(
          'There was no transaction left to commit: the callback had already ended it with a COMMIT or a ROLLBACK of its own. What it committed is committed. Leave both to pool.transaction(): return to commit, throw to roll back.',
        )
      }
      const { command } = await client.query('COMMIT')
      const cause = sessionOf(client).takeFailure()
      if (command !== 'ROLLBACK') return
      throw new Error(
        'Nothing was committed: a statement of the transaction had failed, and PostgreSQL rolls such a transaction back on COMMIT. Let the error of that statement escape from the callback, or put the statement between SAVEPOINT and ROLLBACK TO.',
        { cause },
      )
    },

    async rollback(client) {
      const session = sessionOf(client)
      await session.settled()
      // A COMMIT that fails has rolled back by itself.
      if (session.inTransaction) await client.query('ROLLBACK')
      const doubt = session.takeReadOnlyDoubt()
      if (doubt !== undefined) await lookWhetherReadOnly(session, doubt)
    },

    isRetryable,
  }
}
