// Which errors of a server only a new session can mend, although they look like ordinary errors of SQL.

import type { Command } from './internals.js'

/** What an error says about the session that met it. */
export interface Staleness {
  /** Whether it holds for every session that is open now. */
  readonly all: boolean
  /** It does because the server takes no writes any more: for those that are open when that is found out (see demotion.ts). */
  readonly demotion?: true
}

interface Row extends Staleness {
  readonly errno: number
  /** What the message must say, for a number that has other reasons too. */
  readonly says?: RegExp
  /** Only as the answer to a statement of the binary protocol: the same number in SQL is the holder's own mistake. */
  readonly prepared?: true
  /** Only while a connection of the driver keeps prepared statements: otherwise a new session would meet the same error. */
  readonly statements?: true
  /** Only in a session that had a database. */
  readonly database?: true
  /** Only for a CALL of a procedure that worked in this session. */
  readonly procedure?: true
}

/** What is known of the session. */
export interface Circumstances {
  /** Whether any connection of the driver keeps prepared statements. */
  readonly statements: () => boolean
  /** It had a database when it was ready for callers. */
  readonly hadDatabase: boolean
  /** The command calls a procedure that worked in this session. */
  readonly worked: boolean
}

const table: readonly Row[] = [
  { errno: 1243, prepared: true, all: false }, // ER_UNKNOWN_STMT_HANDLER: the server has forgotten the statement
  { errno: 1615, all: false }, // ER_NEED_REPREPARE: the server gave up preparing it again
  { errno: 1046, database: true, all: false }, // ER_NO_DB_ERROR: its database was dropped by its holder, and perhaps made again
  { errno: 1054, procedure: true, all: false }, // ER_BAD_FIELD_ERROR: MariaDB keeps a procedure as it was before its table changed
  { errno: 1461, statements: true, all: true }, // ER_MAX_PREPARED_STMT_COUNT_REACHED: the pool's sessions hold their share of them
  { errno: 1290, says: /read[-_]only/i, all: true, demotion: true }, // ER_OPTION_PREVENTS_STATEMENT: --read-only, --super-read-only
  { errno: 1836, all: true, demotion: true }, // ER_READ_ONLY_MODE
  { errno: 1874, all: true, demotion: true }, // ER_INNODB_READ_ONLY
  { errno: 3100, all: false }, // ER_RUN_HOOK_ERROR: group replication took no commit; its member has left, or the transaction is too large
  { errno: 1047, says: /wsrep/i, all: true, demotion: true }, // ER_UNKNOWN_COM_ERROR: a Galera node that has left its cluster
]

/** ER_UNKNOWN_STMT_HANDLER and ER_NEED_REPREPARE: what mysql2 keeps of its statements is no longer true. */
const forgotten = new Set([1243, 1615])

/** What an error of the server means for the session; undefined for an ordinary error. */
export function stalenessOf(
  error: { readonly errno: number; readonly message: string },
  command: Command,
  { statements, hadDatabase, worked }: Circumstances,
): Staleness | undefined {
  return table.find(
    row =>
      row.errno === error.errno &&
      (row.says === undefined || row.says.test(error.message)) &&
      (!row.prepared || isPrepared(command)) &&
      (!row.database || hadDatabase) &&
      (!row.procedure || worked) &&
      (!row.statements || statements()),
  )
}

/** Whether the server no longer knows the statement that it was asked to execute. */
export function hasForgotten(errno: number, command: Command): boolean {
  return forgotten.has(errno) && isPrepared(command)
}

function isPrepared(command: Command): boolean {
  return command.statement !== undefined
}
