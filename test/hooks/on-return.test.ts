// onReturn: what undoes, after each lease, what onLend did.

import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, expect, it, vi } from 'vitest'
import type { ReturnHookContext } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { catchWarnings } from '../support/process-warnings.js'

afterEach(() => void vi.restoreAllMocks())

const one = { min: 1, max: 1 }

it('no caller gets the connection before it has settled', async () => {
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    onReturn: connection => connection?.query('select 1'),
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  const next = watch(pool.acquire())
  lease.release()
  await clock.advance(9)
  expect([next.state, pool.stats().validating]).toEqual(['pending', 1])
  await clock.advance(1)
  expect(next.value?.connection.id).toBe(1)
})

it('it is told how each lease ended, once, with what the holder had passed', async () => {
  const told: [unknown, ReturnHookContext][] = []
  const { pool, clock, database } = poolInSimulatedTime({
    ...one,
    name: 'audited',
    maxUses: 2,
    onReturn: (connection, context) => void told.push([connection?.id, context]),
  })
  const lease = async (session: string) => {
    const acquiring = watch(pool.acquire({ session }))
    await clock.advance(150)
    return acquiring.value as NonNullable<typeof acquiring.value>
  }
  const released = await lease('released')
  await clock.advance(50)
  released.release()
  await clock.advance(0)
  ;(await lease('the last use')).release()
  await clock.advance(20)
  ;(await lease('destroyed')).destroy()
  await clock.advance(20)
  const lost = await lease('lost')
  database.kill(lost.connection)
  await clock.advance(20)
  const kept = await lease('kept')
  void pool.close({ timeout: 0 })
  await clock.advance(20)
  expect(kept.held).toBe(false)
  const common = { pool: 'audited', connection: 'connection-1' }
  expect(told).toEqual([
    [
      1,
      {
        ...common,
        session: 'released',
        end: 'released',
        lease: 1,
        heldFor: expect.any(Number),
        signal: expect.any(AbortSignal),
      },
    ],
    [
      undefined,
      expect.objectContaining({ session: 'the last use', end: 'released', lease: 2, signal: undefined }),
    ],
    [undefined, expect.objectContaining({ session: 'destroyed', end: 'destroyed', lease: 3 })],
    [undefined, expect.objectContaining({ session: 'lost', end: 'revoked', lease: 4 })],
    [undefined, expect.objectContaining({ session: 'kept', end: 'revoked', lease: 5 })],
  ])
})

it('it comes after the reset, in whose transaction its statements would be rolled back', async () => {
  const found: string[] = []
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    onReturn: connection => void found.push(connection?.transaction ?? 'none left'),
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  void lease.connection.query('BEGIN')
  await clock.advance(10)
  lease.release()
  await clock.advance(10)
  expect([found, pool.stats().idle]).toEqual([['none'], 1])
})

it('what it leaves behind itself is reset', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    ...one,
    onReturn: connection => connection?.query('BEGIN'),
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.release()
  await clock.advance(20)
  expect([database.totals.resets, pool.stats().idle]).toEqual([1, 1])
  expect((await pool.acquire()).connection.transaction).toBe('none')
})

it('an error of it retires the connection, and says so', async () => {
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    onReturn: async () => {
      throw new Error('not undone')
    },
  })
  const closed: unknown[] = []
  pool.eventsOf('connection.closed').subscribe(({ reason, error }) => closed.push(reason, error))
  await clock.advance(100)
  const lease = await pool.acquire()
  const next = watch(pool.acquire())
  lease.release()
  await clock.advance(100)
  expect(next.value?.connection.id).toBe(2)
  expect(closed).toMatchObject([
    'reset failed',
    {
      code: 'RESET_FAILED',
      cause: { message: 'not undone' },
      message: expect.stringContaining("the pool's onReturn threw: not undone"),
    },
  ])
})

it('it has as long as a reset', async () => {
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    resetTimeout: 200,
    onReturn: () => new Promise(() => {}),
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  lease.release()
  await clock.advance(199)
  expect(pool.stats().validating).toBe(1)
  await clock.advance(1)
  expect(pool.stats()).toMatchObject({ validating: 0, closed: 1 })
})

it('it runs outside of the async context of the holder', async () => {
  const who = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const { pool, clock } = poolInSimulatedTime({ ...one, onReturn: () => void seen.push(who.getStore()) })
  await clock.advance(100)
  await who.run('ada', () => pool.use(() => {}))
  await clock.advance(0)
  expect(seen).toEqual([undefined])
})

it('what it throws when no one waits for it becomes a process warning', async () => {
  const { pool, clock } = poolInSimulatedTime({
    ...one,
    name: 'careless',
    onReturn: () => {
      throw new Error('forgot that it may be gone')
    },
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  const warnings = catchWarnings()
  lease.destroy()
  expect(warnings).toMatchObject([
    {
      code: 'STATEPOOL_HOOK',
      text: 'Pool "careless": the hook onReturn threw for connection-1: forgot that it may be gone. The pool goes on. Catch the error in the hook.',
    },
  ])
})
