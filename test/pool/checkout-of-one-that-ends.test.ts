// Accept or decline, never lose: a connection that cannot serve the request which reaches it gives it back at once.

import { expect, it } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import type { Lease } from '../../src/actors/leases/lease.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it.each([
  ['says goodbye', 1_000],
  ['is lent', 0],
])('one that %s', async (_what, closeLatency) => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2 }, { closeLatency })
  await clock.advance(100)
  const lease = await pool.acquire()
  const { connectionId } = lease
  if (closeLatency > 0) {
    pool.evict()
    lease.release()
    expect(pool.stats()).toMatchObject({ closing: 2 })
  }
  const children = pool.actor.getSnapshot().children as Record<string, AnyActorRef>
  const request = new AcquireRequest<unknown>(clock.now(), 5_000, 0)
  const outcome = watch<Lease<unknown>>(request.promise())
  children[connectionId]?.send({ type: 'checkout', request, at: clock.now() })
  expect(pool.stats().waiting).toBe(closeLatency > 0 ? 1 : 0)
  await clock.advance(1_200)
  expect(outcome.state).toBe('fulfilled')
  expect(outcome.value?.connectionId).not.toBe(connectionId)
})
