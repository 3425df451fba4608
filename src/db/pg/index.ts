// statepool/pg: the driver for PostgreSQL, and the drop-in for node-postgres' own pool.

export { type PostgresConfig, postgres } from './driver/postgres.js'
export {
  Client,
  type ClientBase,
  type ClientConfig,
  Connection,
  type CustomTypesConfig,
  DatabaseError,
  default,
  defaults,
  escapeIdentifier,
  escapeLiteral,
  type FieldDef,
  type Notification,
  type PoolClient,
  Query,
  type QueryArrayConfig,
  type QueryArrayResult,
  type QueryConfig,
  type QueryConfigValues,
  type QueryResult,
  type QueryResultBase,
  type QueryResultRow,
  Result,
  type ResultBuilder,
  type Submittable,
  TypeOverrides,
  types,
} from './drop-in/pg.js'
export { type PgPoolHabit, Pool, type PoolConfig } from './drop-in/pool.js'
