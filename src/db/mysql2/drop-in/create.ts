// The two createPool: with callbacks, and with promises.

import type { DropInOptions } from './options.js'
import { Pool } from './pool.js'
import type { PromisePool } from './promise-pool.js'

/**
 * A drop-in for mysql2's pool: the same class, methods and events, and mysql2's own connections. It opens no connection before the first
 * caller needs one. `pool.promise()` returns the API of `mysql2/promise`; the `createPool` of `statepool/mysql2/promise` returns it
 * directly. The page docs/guides/mysql2.md says what differs from mysql2's pool, and why.
 *
 * ```ts
 * const pool = createPool({ uri: 'mysql://web@db.internal/shop', connectionLimit: 20, statepool: { acquireTimeout: 5_000 } })
 * ```
 *
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function createPool(config: DropInOptions | string): Pool {
  return new Pool(config)
}

/**
 * The same with promises: a drop-in for the `createPool` of `mysql2/promise`.
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function createPromisePool(config: DropInOptions | string): PromisePool {
  return new Pool(config).promise(typeof config === 'string' ? undefined : config.Promise)
}
