// statepool/pg: the driver for PostgreSQL, and the drop-in for node-postgres' own pool.
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
} from './compat/pg-pool/pg.js'
export { default } from './compat/pg-pool/pg.js'
export { type PgPoolHabit, Pool, type PoolConfig } from './compat/pg-pool/pool.js'
export { type PostgresConfig, postgres } from './db/pg.js'
