// A transaction that moves to another connection when the session it was on turns out to be stale.
import { meansBroken } from '../connections/driver-calls.js'
import type { PoolParts } from '../parts.js'
import type { Lease } from './lease.js'
import { runTransaction, transactionSupport } from './transaction.js'
import type { ParsedTransactionOptions } from './transaction-options.js'

type Callback<C, T> = (connection: C, lease: Lease<C>) => T | PromiseLike<T>

/** How a transaction gets its lease: `pool.use`. */
type Use<C> = <T>(callback: Callback<C, T>, options: ParsedTransactionOptions['acquire']) => Promise<T>

/**
 * Runs a transaction. Every open session may be stale, and shows it at its first error; with `retry`, an attempt on a stale session does
 * not count, and the next one is on another connection.
 * @param most how many sessions the pool may have now
 */
export async function transact<C, T>(
  use: Use<C>,
  { name, driver, config }: PoolParts<C>,
  most: () => number,
  callback: Callback<C, T>,
  options: ParsedTransactionOptions,
): Promise<T> {
  const context = {
    name,
    driver,
    support: transactionSupport(driver),
    config,
    isFatal: (error: unknown) => meansBroken(driver, error),
  }
  for (let stale = 0; ; stale++) {
    let lease: Lease<C> | undefined
    try {
      return await use((_, own) => {
        lease = own
        return runTransaction(context, own, callback, options)
      }, options.acquire)
    } catch (error) {
      if (!lease?.stale || options.retry === 0 || stale >= most() || options.acquire.signal?.aborted)
        throw error
    }
  }
}
