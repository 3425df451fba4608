// statepool/mysql2: the driver for MySQL and MariaDB, and createPool in the place of mysql2's.
export type { PoolConnection } from './compat/mysql2-pool/connection.js'
export { createPool } from './compat/mysql2-pool/create.js'
export type { DropInOptions as PoolOptions } from './compat/mysql2-pool/options.js'
export { Pool } from './compat/mysql2-pool/pool.js'
export { PromisePool } from './compat/mysql2-pool/promise-pool.js'
export { type MysqlConfig, mysql } from './db/mysql2.js'
