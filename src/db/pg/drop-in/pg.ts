// What else programs import from 'pg', values and types: one changed import is enough.
import pg from 'pg'
import { type PoolConfig as DropInConfig, type Pool as DropInPool, Pool } from './pool.js'

export type {
  ClientBase,
  ClientConfig,
  CustomTypesConfig,
  FieldDef,
  Notification,
  PoolClient,
  QueryArrayConfig,
  QueryArrayResult,
  QueryConfig,
  QueryConfigValues,
  QueryResult,
  QueryResultBase,
  QueryResultRow,
  ResultBuilder,
  Submittable,
} from 'pg'

// As constants: a pg before 8.15 has no named exports.
/** pg's own. */
export const Client: typeof pg.Client = pg.Client
/** pg's own. */
export const Connection: typeof pg.Connection = pg.Connection
/** pg's own. */
export const DatabaseError: typeof pg.DatabaseError = pg.DatabaseError
/** pg's own. */
export const Query: typeof pg.Query = pg.Query
/** pg's own. */
export const Result: typeof pg.Result = pg.Result
/** pg's own. */
export const TypeOverrides: typeof pg.TypeOverrides = pg.TypeOverrides
/** pg's own. */
export const defaults: typeof pg.defaults = pg.defaults
/** pg's own. */
export const escapeIdentifier: typeof pg.escapeIdentifier = pg.escapeIdentifier
/** pg's own. */
export const escapeLiteral: typeof pg.escapeLiteral = pg.escapeLiteral
/** pg's own. */
export const types: typeof pg.types = pg.types
export type Client = pg.Client
export type Connection = pg.Connection
export type DatabaseError = pg.DatabaseError
export type Query = pg.Query

/** @hidden Its types, as in `pg.PoolClient`. */
declare namespace dropIn {
  export type Client = pg.Client
  export type ClientBase = pg.ClientBase
  export type ClientConfig = pg.ClientConfig
  export type PoolClient = pg.PoolClient
  export type QueryConfig = pg.QueryConfig
  export type Submittable = pg.Submittable
  export type Pool = DropInPool
  export type PoolConfig = DropInConfig
  // biome-ignore lint/suspicious/noExplicitAny: as pg has it
  export type QueryResult<R extends pg.QueryResultRow = any> = pg.QueryResult<R>
  export type QueryResultRow = pg.QueryResultRow
}

/** What `import pg from 'pg'` is, with this {@link Pool} in the place of its own; a copy, `{ ...pg }`, has all that a copy of pg has. */
const dropIn: Omit<typeof pg, 'Pool'> & { readonly Pool: typeof Pool } = Object.assign(
  Object.create(pg),
  pg,
  {
    Pool,
  },
)
export default dropIn
