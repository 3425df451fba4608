// A code tells the class of an error, to the compiler too: `switch (error.code)` narrows to the class with its fields.

import { expect, expectTypeOf, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import {
  type AcquireAbortedError,
  type AcquireTimeoutError,
  type AnyPoolError,
  type ConnectError,
  createPool,
  type DatabaseDownError,
  type HostEvidence,
  isPoolError,
  type LeaseError,
  type LeaseHolder,
  type LendError,
  type NoHostError,
  type OptionsError,
  type OverloadedError,
  type PoolClosedError,
  type PoolErrorCode,
  type PoolPausedError,
  type QueryAbortedError,
  type QueryTimeoutError,
  type QueueFullError,
  type SelfDeadlockError,
  type ValidationError,
} from '../../src/index.js'

/** What a program knows of an error when it knows its code. */
function evidenceIn(error: AnyPoolError): unknown {
  switch (error.code) {
    case 'ACQUIRE_TIMEOUT':
      expectTypeOf(error).toEqualTypeOf<AcquireTimeoutError>()
      expectTypeOf(error.holders).toEqualTypeOf<readonly LeaseHolder[]>()
      return error.holders
    case 'ACQUIRE_ABORTED':
      expectTypeOf(error).toEqualTypeOf<AcquireAbortedError>()
      return error.cause
    case 'QUERY_TIMEOUT':
      expectTypeOf(error).toEqualTypeOf<QueryTimeoutError>()
      return error.timeout
    case 'QUERY_ABORTED':
      expectTypeOf(error).toEqualTypeOf<QueryAbortedError>()
      return error.cause
    case 'OVERLOADED':
      expectTypeOf(error).toEqualTypeOf<OverloadedError>()
      return error.overloadedFor
    case 'QUEUE_FULL':
      expectTypeOf(error).toEqualTypeOf<QueueFullError>()
      expectTypeOf(error.obstacle).toEqualTypeOf<'exhausted' | 'connects failing' | 'paused' | 'lane full'>()
      return error.maxWaiting
    case 'SELF_DEADLOCK':
      expectTypeOf(error).toEqualTypeOf<SelfDeadlockError>()
      return error.leases
    case 'POOL_CLOSED':
      expectTypeOf(error).toEqualTypeOf<PoolClosedError>()
      return error.cause
    case 'POOL_PAUSED':
      expectTypeOf(error).toEqualTypeOf<PoolPausedError>()
      return error.pool
    case 'DATABASE_DOWN':
      expectTypeOf(error).toEqualTypeOf<DatabaseDownError>()
      return error.failedConnects
    case 'NO_HOST':
      expectTypeOf(error).toEqualTypeOf<NoHostError>()
      expectTypeOf(error.hosts).toEqualTypeOf<readonly HostEvidence[]>()
      return error.hosts
    case 'LEND_REFUSED':
      expectTypeOf(error).toEqualTypeOf<LendError>()
      return error.attempts
    case 'CONNECT_FAILED':
    case 'CONNECT_TIMEOUT':
      expectTypeOf(error).toEqualTypeOf<ConnectError>()
      return error.target
    case 'VALIDATION_FAILED':
    case 'VALIDATION_TIMEOUT':
    case 'RESET_FAILED':
    case 'RESET_TIMEOUT':
      expectTypeOf(error).toEqualTypeOf<ValidationError>()
      return error.connection
    case 'LEASE_RELEASED':
    case 'LEASE_REVOKED':
      expectTypeOf(error).toEqualTypeOf<LeaseError>()
      return error.lease
    case 'OPTIONS_INVALID':
      expectTypeOf(error).toEqualTypeOf<OptionsError>()
      return error.option
    default:
      expectTypeOf(error).toBeNever()
      return undefined
  }
}

expectTypeOf<AnyPoolError['code']>().toEqualTypeOf<PoolErrorCode>()

it('tells an error of the pool from any other, for a catch clause', async () => {
  await using pool = createPool(simulated(), { max: 1 })
  const lease = await pool.acquire()
  const caught: unknown = await pool.acquire({ timeout: 0 }).catch(error => error)
  if (!isPoolError(caught)) throw caught
  expectTypeOf(caught).toEqualTypeOf<AnyPoolError>()
  expect(evidenceIn(caught)).toEqual([expect.objectContaining({ lease: lease.id })])
  lease.release()
})

it.each([new Error('ACQUIRE_TIMEOUT'), { code: 'ACQUIRE_TIMEOUT' }, 'ACQUIRE_TIMEOUT', null, undefined])(
  'does not take %o for one',
  other => {
    expect(isPoolError(other)).toBe(false)
  },
)
