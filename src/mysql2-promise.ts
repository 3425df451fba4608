// statepool/mysql2/promise: createPool in the place of mysql2/promise's.
export { createPromisePool as createPool } from './compat/mysql2-pool/create.js'
export type { DropInOptions as PoolOptions } from './compat/mysql2-pool/options.js'
export { PromisePool } from './compat/mysql2-pool/promise-pool.js'
