// One transaction on one lease: begin, call, commit or roll back, and try again where that may help.

import { LeaseError, OptionsError, ValidationError } from '../../core/errors.js'
import type { ResolvedPoolOptions } from '../../core/options.js'
import { messageOf, milliseconds } from '../../core/wording.js'
import type { Driver, TransactionSupport } from '../../db/driver.js'
import { ofPool } from '../names.js'
import { abortableWork, workAborted } from './abortable-work.js'
import type { Lease } from './lease.js'
import { pause, retryDelay } from './retry.js'
import type { ParsedTransactionOptions } from './transaction-options.js'

/** What a transaction needs to know of the pool that it is run by. */
export interface TransactionContext<C> {
  /** The pool's name. */
  readonly name: string
  readonly driver: Driver<C>
  readonly support: TransactionSupport<C>
  readonly config: Pick<ResolvedPoolOptions, 'clock' | 'random' | 'validateTimeout' | 'resetTimeout'>
  /** Whether an error means that the connection cannot be used again: then it is closed, and not asked to roll back. */
  readonly isFatal: (error: unknown) => boolean
}

/**
 * The driver's transactions.
 * @throws OptionsError when it has none.
 */
export function transactionSupport<C>(driver: Driver<C>): TransactionSupport<C> {
  if (driver.transaction !== undefined) return driver.transaction
  throw new OptionsError(
    'driver',
    undefined,
    `The driver ${JSON.stringify(driver.name)} does not support transactions, so pool.transaction() cannot use it. Use pool.use() and send the statements that begin and end a transaction yourself, or give the driver a transaction group: see TransactionSupport.`,
  )
}

/**
 * Runs a transaction on a lease that was just granted, and tries it again as often as asked. The lease is destroyed when its
 * transaction could not be ended; to release it, or to destroy it after a fatal error, is left to the caller.
 */
export async function runTransaction<C, T>(
  context: TransactionContext<C>,
  lease: Lease<C>,
  callback: (connection: C, lease: Lease<C>) => T | PromiseLike<T>,
  { begin, retry, acquire: { signal } }: ParsedTransactionOptions,
): Promise<T> {
  const { support, config } = context

  const attempt = async (): Promise<T> => {
    const { connection } = lease
    try {
      const value = await abortableWork(context, lease, signal, async () => {
        await beginOn(connection)
        return callback(connection, lease)
      })
      await lease.cancelling
      if (!lease.held) throw ofPool(context, notCommitted(lease))
      if (signal?.aborted) throw workAborted(context, lease, signal)
      await support.commit(connection)
      return value
    } catch (error) {
      await lease.cancelling // a request to cancel would hit the rollback
      if (lease.held && !context.isFatal(error)) await rollBack(connection)
      throw error
    }
  }

  const beginOn = async (connection: C): Promise<void> => {
    try {
      await withDeadline(config, config.validateTimeout, () => support.begin(connection, begin))
    } catch (failure) {
      if (failure !== timedOut) throw failure
      const error = new ValidationError(
        'VALIDATION_TIMEOUT',
        lease.connectionId,
        `beginning a transaction took longer than ${milliseconds(config.validateTimeout)} (validateTimeout)`,
      )
      if (lease.held) lease.destroy(ofPool(context, error))
      throw ofPool(context, error)
    }
  }

  const rollBack = async (connection: C): Promise<void> => {
    try {
      await withDeadline(config, config.resetTimeout, () => support.rollback(connection))
    } catch (failure) {
      if (lease.held) lease.destroy(ofPool(context, rollbackFailed(failure)))
    }
  }

  const rollbackFailed = (failure: unknown): ValidationError =>
    failure === timedOut
      ? new ValidationError(
          'RESET_TIMEOUT',
          lease.connectionId,
          `rolling its transaction back took longer than ${milliseconds(config.resetTimeout)} (resetTimeout)`,
        )
      : new ValidationError(
          'RESET_FAILED',
          lease.connectionId,
          `its transaction could not be rolled back: ${messageOf(failure)}`,
          { cause: failure },
        )

  const mayTryAgain = (error: unknown): boolean =>
    lease.held && !context.isFatal(error) && isRetryable(support, error)

  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (failures > retry || !mayTryAgain(error)) throw error
      await pause(config.clock, retryDelay(failures, config.random()), signal)
      if (signal?.aborted) throw workAborted(context, lease, signal, { thrown: error })
      if (!lease.held) throw error
    }
  }
}

/** A driver that fails to tell is not asked to do it again, and its error does not take the place of the caller's. */
function isRetryable<C>(support: TransactionSupport<C>, error: unknown): boolean {
  try {
    return support.isRetryable?.(error) ?? false
  } catch {
    return false
  }
}

/** The callback succeeded, but its connection is no longer there to commit on: the value must not pass for a success. */
function notCommitted<C>(lease: Lease<C>): LeaseError {
  let cause: unknown
  try {
    lease.connection
  } catch (error) {
    cause = error
  }
  const code = cause instanceof LeaseError && cause.code === 'LEASE_RELEASED' ? cause.code : 'LEASE_REVOKED'
  const why =
    code === 'LEASE_RELEASED'
      ? 'the callback released the connection itself, which ends a transaction without effect. Leave that to pool.transaction()'
      : 'the connection was lost or revoked before the commit. Run the transaction again'
  return new LeaseError(
    code,
    lease.id,
    `The transaction on ${lease.connectionId} was not committed: ${why}.`,
    cause,
  )
}

const timedOut = Symbol('timed out')

/** What the call settles with, or a rejection with {@link timedOut}; a synchronous throw counts as a rejection. */
function withDeadline(
  { clock }: Pick<ResolvedPoolOptions, 'clock'>,
  time: number,
  call: () => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(timedOut), time)
    const done = (): void => clock.clearTimeout(timer)
    new Promise<void>(start => start(call())).then(
      () => {
        done()
        resolve()
      },
      error => {
        done()
        reject(error)
      },
    )
  })
}
