// statepool/pg: the driver for PostgreSQL, and the drop-in for node-postgres' own pool.

export { type PostgresConfig, postgres } from './driver/postgres.js'
export type {
  Client,
  ClientBase,
  ClientConfig,
  Connection,
  CustomTypesConfig,
  DatabaseError,
  FieldDef,
  Notification,
  PoolClient,
  Query,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryConfigValues,
  QueryResult,
  QueryResultBase,
  QueryResultRow,
  ResultBuilder,
  Submittable,
} from './drop-in/pg.js'
export { default } from './drop-in/pg.js'
export { type PgPoolHabit, Pool, type PoolConfig } from './drop-in/pool.js'
