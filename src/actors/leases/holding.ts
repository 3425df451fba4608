// A lease for the duration of a callback: what it returns or throws ends the lease.
import type { Driver } from '../../db/driver.js'
import { meansBroken } from '../connections/driver-calls.js'
import type { PoolSystem } from '../pool-actor.js'
import { abortableWork } from './abortable-work.js'
import type { Lease } from './lease.js'

/** Calls a holder's callback, and releases its lease whatever comes of it. Apart from `use`, for its closure costs callers who need none. */
export async function hold<C, T>(
  { borrowers, parts }: PoolSystem<C>,
  lease: Lease<C>,
  callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
  signal?: AbortSignal,
): Promise<T> {
  let result: T
  try {
    result = await abortableWork(parts, lease, signal, () =>
      borrowers === undefined ? callback(lease.connection, lease) : borrowers.run(lease, callback),
    )
  } catch (error) {
    endAfter(error, lease, parts.driver)
    throw error
  }
  if (lease.held) lease.release()
  return result
}

/** Ends a lease whose holder failed. */
export function endAfter<C>(error: unknown, lease: Lease<C>, driver: Driver<C>): void {
  if (!lease.held) return
  if (meansBroken(driver, error)) lease.destroy(error)
  else lease.release()
}

/** Whether a value is to be awaited. */
export const isThenable = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as PromiseLike<T> | null | undefined)?.then === 'function'
