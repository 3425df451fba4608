// The classes of mysql2 that the drop-in is made of, with the constructors and the parts that mysql2's typings leave out.

import mysql2, {
  type ConnectionOptions,
  type Pool as Mysql2Pool,
  type PoolConnection as Mysql2PoolConnection,
  type PoolOptions,
} from 'mysql2'
import promise, { type Pool as Mysql2PromisePool, type PoolConnection } from 'mysql2/promise'
import { mysql2sPool } from '../driver/config.js'
import { hideFromPrint } from '../driver/discreet.js'

/** What mysql2's pool keeps of its options. */
export interface ParsedPoolOptions extends Required<PoolLimits> {
  readonly connectionConfig: { readonly trace?: boolean; readonly connectTimeout?: number } & TracedServer
}

/** What is told of a server to those who trace. */
export interface TracedServer {
  readonly host?: string
  readonly port?: number
  readonly socketPath?: string
  readonly database?: string
}

/** The options of mysql2's pool that are not about a connection. */
export type PoolLimits = Pick<
  PoolOptions,
  'connectionLimit' | 'maxIdle' | 'idleTimeout' | 'queueLimit' | 'waitForConnections'
>

interface Runtime {
  readonly Pool: new (options: { config: ParsedPoolOptions }) => Mysql2Pool
  readonly PoolConnection: new (pool: unknown, options: { config: unknown }) => Mysql2PoolConnection
  readonly ConnectionConfig: new (options: ConnectionOptions) => object
}

interface PromiseRuntime {
  readonly PromisePool: new (pool: Mysql2Pool, implementation?: PromiseConstructor) => Mysql2PromisePool
  readonly PromisePoolConnection: new (
    connection: Mysql2PoolConnection,
    implementation?: PromiseConstructor,
  ) => PoolConnection
}

const { ConnectionConfig, ...runtime } = mysql2 as unknown as Runtime

/** Escaping, `query`, `execute` and `promise` of mysql2's pool, in terms of its `getConnection` and its connections' `release`. */
export const BasePool = runtime.Pool
/** A connection that knows of a pool. */
export const BasePoolConnection = runtime.PoolConnection
/** The promise face of a pool, and of a connection. */
export const { PromisePool: BasePromisePool, PromisePoolConnection: BasePromisePoolConnection } =
  promise as unknown as PromiseRuntime

/** What a connection is made of. */
export function connectionConfig(options: ConnectionOptions): object {
  return new ConnectionConfig({ ...options })
}

/** Has mysql2 read a pool's options, a URI's included, and opens nothing. */
export function readPoolOptions(options: PoolOptions | string): ParsedPoolOptions {
  const pool = typeof options === 'string' ? mysql2sPool(options) : mysql2sPool({ ...options })
  pool.end() // of a timer that it may have
  const config = pool.config as unknown as ParsedPoolOptions
  hideFromPrint(config.connectionConfig as object)
  return config
}
