// The error that an event carries is of the class that the event's type promises.

import { afterEach, expect, expectTypeOf, it, vi } from 'vitest'
import {
  AcquireAbortedError,
  type AcquireRefusal,
  AcquireTimeoutError,
  ConnectError,
  LeaseError,
  type PoolNotice,
  QueueFullError,
  SelfDeadlockError,
} from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

type Event<Type extends PoolNotice['type']> = Extract<PoolNotice, { type: Type }>

const promised = {
  'acquire.timedOut': AcquireTimeoutError,
  'acquire.aborted': AcquireAbortedError,
  'acquire.refused': QueueFullError,
  'acquire.deadlocked': SelfDeadlockError,
  'lease.revoked': LeaseError,
  'connection.failed': ConnectError,
  'pool.down': ConnectError,
} as const

afterEach(() => {
  vi.restoreAllMocks()
})

it.each(Object.entries(promised))('%s', async (type, Class) => {
  catchWarnings()
  const { pool, clock, database } = poolInSimulatedTime({ max: 1, maxWaiting: 1, deadlockCheck: 'warn' })
  const errors = new Map<string, unknown>()
  pool.events$.subscribe(event => 'error' in event && errors.set(event.type, event.error))
  const using = pool.use(async connection => {
    const callers = [
      pool.acquire({ timeout: 50 }), // deadlocked, and timed out
      pool.acquire({ signal: AbortSignal.abort() }),
      pool.acquire(), // one too many
    ]
    await Promise.allSettled([...callers, clock.advance(50)])
    database.change({ connectFailureRate: 1 })
    database.kill(connection)
  })
  await clock.advance(300)
  await using
  await clock.advance(300)
  expect(errors.get(type)).toBeInstanceOf(Class)
})

expectTypeOf<Event<'acquire.timedOut'>['error']>().toEqualTypeOf<AcquireTimeoutError>()
expectTypeOf<Event<'acquire.aborted'>['error']>().toEqualTypeOf<AcquireAbortedError>()
expectTypeOf<Event<'acquire.refused'>['error']>().toEqualTypeOf<AcquireRefusal>()
expectTypeOf<Event<'acquire.deadlocked'>['error']>().toEqualTypeOf<SelfDeadlockError>()
expectTypeOf<Event<'lease.revoked'>['error']>().toEqualTypeOf<LeaseError>()
expectTypeOf<Event<'connection.failed'>['error']>().toEqualTypeOf<ConnectError>()
expectTypeOf<Event<'pool.down'>['error']>().toEqualTypeOf<ConnectError>()
