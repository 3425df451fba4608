// One attempt to serve a caller at a host: what ends it because of the host, and not because of the caller.
import type { Lease } from '../actors/leases/lease.js'
import { DatabaseDownError, NoHostError } from '../core/errors.js'
import type { RunningHost } from './running-host.js'

/** Ends the attempt to serve a caller at a host that is no longer what the caller wants: it is served at another one. */
export class Elsewhere extends Error {}

/** The application has thrown nothing. */
export const nothing = Symbol('nothing')

/** The application's callback, which is not called on a host that is no longer what the caller wants. */
export function guard<C, T>(
  serves: () => boolean,
  callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
  mark: (thrown: unknown) => void,
): (connection: C, lease: Lease<C>) => Promise<T> {
  return async (connection, lease) => {
    if (!serves()) throw new Elsewhere()
    try {
      return await callback(connection, lease)
    } catch (error) {
      mark(error)
      throw error
    }
  }
}

/** Whether an error says that the host cannot serve the caller, who has not been served: another one may. */
export function isOfHost<C>(error: unknown, { pool }: RunningHost<C>): boolean {
  if (error instanceof Elsewhere || error instanceof NoHostError) return true
  return error instanceof DatabaseDownError && error.pool === pool.name
}
