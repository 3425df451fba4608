// An acquire that is turned away counts, and is an event, wherever it was turned away.

import { expect, it } from 'vitest'
import type { PoolNotice } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('a signal that was aborted before the call counts like one that aborts the wait', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const events: PoolNotice[] = []
  pool.events$.subscribe(event => events.push(event))
  const aborted = watch(pool.acquire({ signal: AbortSignal.abort() }))
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ aborted: 1, refused: 0, waiting: 0, idle: 1, acquired: 0 })
  const request = expect.any(Number)
  expect(events).toEqual([
    { type: 'acquire.requested', request, at: 100, pool: pool.name, waiting: 0 },
    { type: 'acquire.aborted', request, at: 100, pool: pool.name, error: aborted.error, waited: 0 },
  ])
})

it('a draining and a closed pool both count their refusals', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const closing = pool.close()
  const refusals = [watch(pool.acquire())]
  expect(pool.stats()).toMatchObject({ state: 'draining', refused: 1 })
  lease.release()
  await clock.advance(10)
  await closing
  refusals.push(watch(pool.acquire()), watch(pool.acquire({ timeout: 0 })))
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ state: 'closed', refused: 3, waiting: 0 })
  for (const { error } of refusals) expect(error).toMatchObject({ code: 'POOL_CLOSED' })
})

it('a signal that was aborted before the call is what a closed pool blames, too', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  const closing = pool.close()
  await clock.advance(10)
  await closing
  const error = await pool.acquire({ signal: AbortSignal.abort() }).catch(error => error)
  expect(error).toMatchObject({ code: 'ACQUIRE_ABORTED' })
  expect(pool.stats()).toMatchObject({ aborted: 1, refused: 0 })
})
