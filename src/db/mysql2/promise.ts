// statepool/mysql2/promise: createPool in the place of mysql2/promise's.
export { createPromisePool as createPool } from './drop-in/create.js'
export type * from './drop-in/mysql2-promise.js'
export {
  createConnection,
  createPoolCluster,
  default,
  escape,
  escapeId,
  format,
  raw,
} from './drop-in/mysql2-promise.js'
export type { DropInOptions as PoolOptions } from './drop-in/options.js'
export { PromisePool } from './drop-in/promise-pool.js'
