// Every end of a connection has its reason, in events$.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import type { PoolNotice, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

type Parts = ReturnType<typeof poolInSimulatedTime>
type Closed = Extract<PoolNotice, { type: 'connection.closed' }>

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {}) // of the leak
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** The ends of the connections of a pool that had one idle connection. */
async function endsOf(options: PoolOptions, what: (parts: Parts) => unknown): Promise<Closed[]> {
  const parts = poolInSimulatedTime({ min: 1, max: 1, ...options })
  const ends: Closed[] = []
  parts.pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') ends.push(event)
  })
  await parts.clock.advance(100)
  await what(parts)
  await parts.clock.advance(20)
  return ends
}

it.each<[string, PoolOptions, (parts: Parts) => unknown]>([
  ['resized', { min: 0, max: 2 }, ({ pool, clock }) => shrinkToOneOfTwo(pool, clock)],
  [
    'idle timeout',
    { idleTimeout: 1_000 },
    ({ pool, clock }) => [pool.resize({ min: 0 }), clock.advance(1_000)][1],
  ],
  ['max lifetime', { maxLifetime: 1_000 }, ({ clock }) => clock.advance(1_000)],
  ['max uses', { maxUses: 1 }, ({ pool }) => pool.use(() => {})],
  ['evicted', {}, ({ pool }) => pool.evict()],
  ['pool closing', {}, ({ pool }) => watch(pool.close())],
  ['destroyed', {}, ({ pool }) => pool.acquire().then(lease => lease.destroy())],
])('%s', async (reason, options, what) => {
  const [first] = await endsOf(options, what)
  expect(first).toMatchObject({ reason, connection: expect.stringMatching(/^connection-/), error: undefined })
})

async function shrinkToOneOfTwo(pool: Parts['pool'], clock: Parts['clock']): Promise<void> {
  const leases = [watch(pool.acquire()), watch(pool.acquire())]
  await clock.advance(200)
  for (const { value } of leases) value?.release()
  pool.resize({ max: 1 })
}

it('crashed, with the error, when the driver throws where nothing can be done about it', async () => {
  const bug = new Error('a bug in needsReset')
  const parts = poolInSimulatedTime({ min: 1, max: 1, leakWarning: 50 }, {}, () => ({
    needsReset() {
      throw bug
    },
  }))
  const events: PoolNotice[] = []
  parts.pool.events$.subscribe(event => events.push(event))
  await parts.clock.advance(100)
  const lease = await parts.pool.acquire()
  await parts.clock.advance(60)
  lease.release()
  await parts.clock.advance(0)
  expect(events.filter(({ type }) => type === 'connection.closed')).toMatchObject([
    { reason: 'crashed', error: { message: expect.stringContaining(bug.message) } },
  ])
  expect(events.filter(({ type }) => type === 'lease.recovered')).toMatchObject([
    { end: 'released', heldFor: 60 },
  ])
  expect(() => lease.release()).toThrow('it was released again after it had been released')
})

it('those that end with a lease say what became of it', async () => {
  const parts = poolInSimulatedTime({ min: 2, max: 2 })
  const events: PoolNotice[] = []
  parts.pool.events$.subscribe(event => events.push(event))
  await parts.clock.advance(100)
  const [destroyed, lost] = [await parts.pool.acquire(), await parts.pool.acquire()]
  await parts.clock.advance(30)
  destroyed.destroy('my reason')
  parts.database.kill(lost.connection)
  await parts.clock.advance(0)
  expect(events.filter(({ type }) => type === 'lease.destroyed')).toEqual([
    {
      at: 130,
      pool: parts.pool.name,
      type: 'lease.destroyed',
      lease: 1,
      connection: 'connection-2',
      heldFor: 30,
      error: 'my reason',
    },
  ])
  const revoked = events.find(({ type }) => type === 'lease.revoked')
  expect(revoked).toMatchObject({ lease: 2, connection: 'connection-1' })
  expect(messageOf(revoked?.type === 'lease.revoked' && revoked.error)).toBe(
    'Lease 2 has ended: its connection (connection-1) was lost while it was leased.',
  )
})

it('a lease that is still out when the pool’s time is up is told so', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  const revoked: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'lease.revoked') revoked.push(event.error.cause)
  })
  await clock.advance(100)
  await pool.acquire()
  watch(pool.close({ timeout: 50 }))
  await clock.advance(60)
  expect(revoked.map(String)).toEqual([
    expect.stringContaining(
      'The pool was closed, and this lease was still held when the drain timeout expired.',
    ),
  ])
})

it('times in events are counted from when it began, whenever that was', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1, idleTimeout: 500 })
  await clock.advance(5_000)
  const events: PoolNotice[] = []
  pool.events$.subscribe(event => events.push(event))
  watch(pool.acquire())
  await clock.advance(100)
  expect(events.filter(event => 'took' in event || 'waited' in event)).toMatchObject([
    { type: 'connection.ready', took: 100 },
    { type: 'acquire.granted', waited: 100 },
  ])
})
