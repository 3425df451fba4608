// statepool/sqlite: the driver for SQLite, and the pair of pools that one file wants: a writer and its readers.
export type { SqliteRow } from './driver/connection.js'
export { SqliteConnection } from './driver/connection.js'
export type { Isolation } from './driver/host.js'
export type { SqliteOptions } from './driver/options.js'
export type { StatementOptions } from './driver/session.js'
export { sqlite } from './driver/sqlite.js'
export {
  createSqlitePool,
  type SqliteAcquireOptions,
  SqlitePool,
  type SqlitePoolOptions,
} from './two-pools.js'
export { SqliteError } from './wire/error.js'
export type { EngineName, Integers, RunResult, SqliteParameters, SqliteValue } from './wire/messages.js'
