// The same for those who import from 'mysql2/promise'.
import type * as original from 'mysql2/promise'
import mysql2 from 'mysql2/promise'
import { createPromisePool } from './create.js'
import type { DropInOptions } from './options.js'
import type { PromisePool } from './promise-pool.js'

export type * from 'mysql2/promise'

/** mysql2's own. */
export const createConnection: typeof mysql2.createConnection = mysql2.createConnection
/** mysql2's own. */
export const createPoolCluster: typeof mysql2.createPoolCluster = mysql2.createPoolCluster
/** mysql2's own. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: as mysql2 has it
export const escape: typeof mysql2.escape = mysql2.escape
/** mysql2's own. */
export const escapeId: typeof mysql2.escapeId = mysql2.escapeId
/** mysql2's own. */
export const format: typeof mysql2.format = mysql2.format
/** mysql2's own. */
export const raw: typeof mysql2.raw = mysql2.raw

/** @hidden Its types, as in `mysql.RowDataPacket`. */
declare namespace dropIn {
  export type Connection = original.Connection
  export type ConnectionOptions = original.ConnectionOptions
  export type FieldPacket = original.FieldPacket
  export type OkPacket = original.OkPacket
  export type PoolCluster = original.PoolCluster
  export type QueryError = original.QueryError
  export type QueryOptions = original.QueryOptions
  export type QueryResult = original.QueryResult
  export type ResultSetHeader = original.ResultSetHeader
  export type RowDataPacket = original.RowDataPacket
  export type Pool = PromisePool
  export type PoolConnection = original.PoolConnection
  export type PoolOptions = DropInOptions
}

/** What `import mysql from 'mysql2/promise'` is, with this `createPool` in the place of its own. The pools of a cluster are mysql2's. */
const dropIn: Omit<typeof mysql2, 'createPool'> & { createPool: typeof createPromisePool } = Object.create(
  Object.prototype,
  {
    ...Object.getOwnPropertyDescriptors(mysql2),
    createPool: { value: createPromisePool, enumerable: true, writable: true, configurable: true },
  },
)
export default dropIn
