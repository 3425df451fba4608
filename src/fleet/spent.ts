// When a connect failed only because all connections of a fleet are taken.
import { causesOf } from '../core/causes.js'

/** All slots of the fleet are taken: what a connect fails with that finds none. The pool's callers wait, and never see it. */
export class FleetSpentError extends Error {
  constructor(name: string, connections: number) {
    super(`all ${connections} connections of the fleet "${name}" are taken`)
    this.name = 'FleetSpentError'
  }
}

/** Whether an error says that the fleet, or what the server admits of this role, is spent, and not that the database is down. */
export function isSpent(error: unknown): boolean {
  return causesOf(error).some(
    one =>
      one instanceof FleetSpentError ||
      isOwnLimit(one) ||
      isUserLimit(one) ||
      (one instanceof AggregateError && one.errors.some(isSpent)), // of several hosts
  )
}

/**
 * 53300 of the role's limit or the database's (`ALTER ROLE … CONNECTION LIMIT`, `ALTER DATABASE …`). PostgreSQL says the same code when it is full itself, from another
 * place; its words may be translated.
 */
const isOwnLimit = ({ code, routine }: Error & { code?: unknown; routine?: unknown }): boolean =>
  code === '53300' && (routine === 'InitializeSessionUserId' || routine === 'CheckMyDatabase')

/** MySQL's and MariaDB's `max_user_connections`: 1203 of all users, 1226 of this one, which is said of other resources, too. MariaDB's and MySQL's own limit, 1040, is another one. */
const isUserLimit = ({ errno, message }: Error & { errno?: unknown }): boolean =>
  errno === 1203 || (errno === 1226 && message.includes('max_user_connections'))
