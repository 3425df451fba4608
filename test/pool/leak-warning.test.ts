// A lease that is held for longer than leakWarning is reported: once, with its borrower's stack, and to nobody's cost but a timer's.

import { afterEach, expect, it, vi } from 'vitest'
import type { PoolNotice, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

afterEach(() => {
  vi.restoreAllMocks()
})

async function watched(options: PoolOptions = {}) {
  const warnings = catchWarnings()
  const parts = poolInSimulatedTime({ min: 2, max: 2, leakWarning: 1_000, validateAfter: false, ...options })
  const leaks: Extract<PoolNotice, { type: 'lease.leaked' }>[] = []
  parts.pool.events$.subscribe(event => {
    if (event.type === 'lease.leaked') leaks.push(event)
  })
  await parts.clock.advance(100)
  return { ...parts, warnings, leaks }
}

async function borrowAndForget(pool: Awaited<ReturnType<typeof watched>>['pool']) {
  return pool.acquire()
}

it('as an event and as a warning, both with the stack of whoever acquired it, when the time is up', async () => {
  const { pool, clock, warnings, leaks } = await watched()
  const lease = await borrowAndForget(pool)
  await clock.advance(999)
  expect([leaks, warnings]).toEqual([[], []])
  await clock.advance(1)
  expect(leaks).toEqual([
    {
      at: 1_100,
      pool: pool.name,
      type: 'lease.leaked',
      lease: lease.id,
      connection: lease.connectionId,
      heldFor: 1_000,
      acquiredFrom: expect.stringMatching(/^at borrowAndForget \(.*leak-warning\.test\.ts:\d+:\d+\)\n/),
    },
  ])
  expect(warnings).toEqual([
    {
      type: 'PoolLeakWarning',
      code: 'STATEPOOL_LEAK',
      text: expect.stringMatching(
        /^Pool ".*": lease 1 on connection-\d has been held for 1,000 ms \(leakWarning is 1,000 ms\)\. It was acquired at borrowAndForget \(.*\)\. .*pool\.use\(\)/,
      ),
      detail: leaks[0]?.acquiredFrom,
    },
  ])
  expect(pool.stats()).toMatchObject({ leaked: 1, busy: 1 })
  expect(lease.held).toBe(true)
})

it('once, however long it is held', async () => {
  const { pool, clock, warnings, leaks } = await watched({ leakWarning: 10 })
  await pool.acquire()
  await clock.advance(100_000)
  expect([leaks.length, warnings.length]).toEqual([1, 1])
})

it('each at its own time, also after one that came back', async () => {
  const { pool, clock, leaks } = await watched()
  const first = await pool.acquire()
  await clock.advance(400)
  await pool.acquire()
  await clock.advance(300)
  first.release()
  await pool.acquire()
  await clock.advance(5_000)
  expect(leaks.map(({ lease, at, heldFor }) => [lease, at, heldFor])).toEqual([
    [2, 1_500, 1_000],
    [3, 1_800, 1_000],
  ])
})

it('of a caller who waited, from when the lease was granted, and where it was asked for', async () => {
  const { pool, clock, leaks } = await watched({ min: 1, max: 1 })
  const holder = await pool.acquire()
  const waiting = borrowAndForget(pool)
  await clock.advance(900)
  holder.release()
  await waiting
  await clock.advance(999)
  expect(leaks).toEqual([])
  await clock.advance(1)
  expect(leaks).toMatchObject([{ lease: 2, heldFor: 1_000 }])
  expect(leaks[0]?.acquiredFrom).toMatch(/^at borrowAndForget /)
})

it('of a use that takes too long, with the stack of the call of use', async () => {
  const { pool, clock, leaks } = await watched()
  const takeLong = () => pool.use(() => new Promise(() => {}))
  takeLong()
  await clock.advance(1_000)
  expect(leaks[0]?.acquiredFrom).toMatch(/^at takeLong \(/)
})

it('nothing at all of one that is given back in time', async () => {
  const { pool, clock, warnings, leaks } = await watched()
  for (let times = 0; times < 5; times++) {
    const lease = await pool.acquire()
    await clock.advance(999)
    lease.release()
  }
  await clock.advance(10_000)
  expect([leaks, warnings]).toEqual([[], []])
  expect(pool.stats().leaked).toBe(0)
})

it('also while the pool is closing', async () => {
  const { pool, clock, leaks } = await watched({ drainTimeout: 1_500 })
  await pool.acquire()
  await clock.advance(100)
  const closing = pool.close()
  await clock.advance(900)
  expect(leaks).toHaveLength(1)
  await clock.advance(600)
  await closing
})

it('never after the pool was closed', async () => {
  const { pool, clock } = await watched({ drainTimeout: 0 })
  await pool.acquire()
  const closing = pool.close()
  await clock.advance(10)
  await closing
  expect(clock.pending).toBe(0)
})

it('with no timer for each lease, and none that keeps the process alive', async () => {
  const { pool, clock } = await watched({ min: 20, max: 20, maxConnecting: 20, idleTimeout: 1e9 })
  const before = clock.pending
  const unref = vi.fn()
  clock.unref = unref
  for (let count = 0; count < 20; count++) await pool.acquire()
  expect(clock.pending - before).toBe(1)
  expect(unref).toHaveBeenCalledTimes(1)
})

it('with stacks for the share of acquires that leakSampling says', async () => {
  const draws = [0.2, 0.3]
  const random = vi.fn(() => 0)
  const { pool, clock, warnings, leaks } = await watched({ leakSampling: 0.25, random })
  random.mockImplementation(() => draws.shift() ?? 0)
  await pool.acquire()
  await pool.acquire()
  await clock.advance(1_000)
  expect(leaks.map(({ lease, acquiredFrom }) => [lease, acquiredFrom !== undefined])).toEqual([
    [1, true],
    [2, false],
  ])
  expect(leaks[1]).not.toHaveProperty('acquiredFrom')
  expect(warnings[1]?.text).toContain('The pool did not record where it was acquired (leakSampling is 0.25).')
  expect(warnings[1]).not.toHaveProperty('detail')
})

it('without a stack where none are recorded', async () => {
  const { pool, clock, warnings } = await watched()
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  await pool.acquire()
  Error.stackTraceLimit = stackTraceLimit
  await clock.advance(1_000)
  expect(warnings[0]?.text).toContain('Where it was acquired is unknown')
})
