// statepool/mysql2/promise: createPool in the place of mysql2/promise's.
export { createPromisePool as createPool } from './drop-in/create.js'
export type { DropInOptions as PoolOptions } from './drop-in/options.js'
export { PromisePool } from './drop-in/promise-pool.js'
