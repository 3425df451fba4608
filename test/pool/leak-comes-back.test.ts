// A lease that was reported as a leak and ends later is reported once more: it came back after all, or how else it ended.

import { afterEach, expect, it, vi } from 'vitest'
import type { PoolNotice, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

afterEach(() => {
  vi.restoreAllMocks()
})

async function leaked(options: PoolOptions = {}) {
  const warnings = catchWarnings()
  const parts = poolInSimulatedTime({ name: 'lending', min: 1, max: 1, leakWarning: 1_000, ...options })
  const notices: PoolNotice[] = []
  parts.pool.events$.subscribe(event => {
    if (event.type === 'lease.leaked' || event.type === 'lease.recovered') notices.push(event)
  })
  await parts.clock.advance(100)
  const lease = await parts.pool.acquire()
  await parts.clock.advance(1_500)
  return { ...parts, warnings, notices, lease }
}

const recovery = { type: 'lease.recovered', lease: 1, connection: 'connection-1', heldFor: 1_500 }

it('when it is released: an event, and a short warning', async () => {
  const { clock, warnings, notices, lease } = await leaked()
  lease.release()
  await clock.advance(0)
  expect(notices.slice(1)).toEqual([{ at: 1_600, pool: 'lending', ...recovery, end: 'released' }])
  expect(warnings.slice(1)).toEqual([
    {
      type: 'PoolLeakWarning',
      code: 'STATEPOOL_LEAK_OVER',
      text: 'Pool "lending": lease 1 on connection-1, reported earlier as a leak, was released after 1,500 ms.',
    },
  ])
})

it('when it is destroyed', async () => {
  const { clock, notices, lease } = await leaked()
  lease.destroy()
  await clock.advance(0)
  expect(notices[1]).toMatchObject({ ...recovery, end: 'destroyed' })
})

it('when its connection is lost, and not once more when it is released then', async () => {
  const { clock, database, notices, lease } = await leaked()
  database.kill(lease.connection)
  await clock.advance(0)
  expect(notices[1]).toMatchObject({ ...recovery, end: 'revoked' })
  lease.release()
  await clock.advance(1_000)
  expect(notices).toHaveLength(2)
})

it('when the pool is closed under it', async () => {
  const { pool, clock, notices } = await leaked({ drainTimeout: 0 })
  const closing = pool.close()
  await clock.advance(10)
  await closing
  expect(notices[1]).toMatchObject({ type: 'lease.recovered', end: 'revoked' })
})

it('when its connection crashes on the way back', async () => {
  const warnings = catchWarnings()
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, leakWarning: 1_000 }, {}, () => ({
    needsReset: () => {
      throw new Error('a bug in the driver')
    },
  }))
  await clock.advance(100)
  const lease = await pool.acquire()
  await clock.advance(1_000)
  vi.spyOn(console, 'error').mockImplementation(() => {})
  lease.release()
  await clock.advance(0)
  expect(warnings.map(({ code }) => code)).toEqual(['STATEPOOL_LEAK', 'STATEPOOL_LEAK_OVER'])
})

it('and not at all for the next lease of the same connection', async () => {
  const { pool, clock, notices, lease } = await leaked()
  lease.release()
  const next = pool.acquire()
  await clock.advance(100)
  ;(await next).release()
  await clock.advance(5_000)
  expect(notices.map(({ type }) => type)).toEqual(['lease.leaked', 'lease.recovered'])
  expect(pool.stats()).toMatchObject({ leaked: 1, idle: 1 })
})
