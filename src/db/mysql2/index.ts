// statepool/mysql2: the driver for MySQL and MariaDB, and createPool in the place of mysql2's.

export { type MysqlConfig, type MysqlHostsConfig, mysql } from './driver/mysql.js'
export type { PoolConnection } from './drop-in/connection.js'
export { createPool } from './drop-in/create.js'
export type * from './drop-in/mysql2.js'
export {
  createConnection,
  createPoolCluster,
  createServer,
  default,
  escape,
  escapeId,
  format,
  raw,
} from './drop-in/mysql2.js'
export type { DropInOptions as PoolOptions } from './drop-in/options.js'
export { Pool } from './drop-in/pool.js'
export { PromisePool } from './drop-in/promise-pool.js'
