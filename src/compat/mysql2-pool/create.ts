// The two createPool: with callbacks, and with promises.

import type { PoolConfig } from './options.js'
import { Pool } from './pool.js'
import type { PromisePool } from './promise-pool.js'

/**
 * A pool in the place of mysql2's: its class, methods and events, and connections that are mysql2's own. It opens none before one is
 * asked for. `pool.promise()` is the face that `mysql2/promise` has; `statepool/mysql2/promise` has a `createPool` that makes it at
 * once. What differs from mysql2's, and why, is on the page docs/guides/mysql2.md.
 *
 * ```ts
 * const pool = createPool({ uri: 'mysql://web@db.internal/shop', connectionLimit: 20, statepool: { acquireTimeout: 5_000 } })
 * ```
 *
 * @throws OptionsError naming the option and what it may be, and never a secret.
 */
export function createPool(config: PoolConfig | string): Pool {
  return new Pool(config)
}

/**
 * The same with promises, in the place of the `createPool` of `mysql2/promise`.
 * @throws OptionsError naming the option and what it may be, and never a secret.
 */
export function createPromisePool(config: PoolConfig | string): PromisePool {
  return new Pool(config).promise(typeof config === 'string' ? undefined : config.Promise)
}
