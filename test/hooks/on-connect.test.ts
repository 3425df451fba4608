// onConnect: what the application sets a connection up with, as a part of its connect and of each reset that undid it.

import { expect, it } from 'vitest'
import type { ConnectHookContext } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('no caller gets a connection before its set-up has settled', async () => {
  const { pool, clock } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onConnect: connection => connection.query('SET role = app'),
  })
  const acquiring = watch(pool.acquire())
  await clock.advance(109)
  expect([acquiring.state, pool.stats().connecting]).toEqual(['pending', 1])
  await clock.advance(1)
  expect(acquiring.value?.connection.settings).toEqual({ role: 'app' })
})

it('it is told which connection of which pool it sets up', async () => {
  const told: ConnectHookContext[] = []
  const { clock } = poolInSimulatedTime({
    name: 'hooked orders',
    min: 1,
    max: 1,
    onConnect: (_, context) => told.push(context),
  })
  await clock.advance(100)
  expect(told).toEqual([
    { pool: 'hooked orders', connection: 'connection-1', again: false, signal: expect.any(AbortSignal) },
  ])
})

it('an error of it is that of the connect: the connection is destroyed, and the next one is tried', async () => {
  const refused = new Error('no such role')
  let fails = true
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onConnect: () => {
      if (fails) throw refused
    },
  })
  const ready = watch(pool.ready())
  await clock.advance(100)
  expect(ready.error).toMatchObject({
    code: 'CONNECT_FAILED',
    cause: refused,
    why: "the pool's onConnect threw: no such role",
  })
  expect(String(ready.error)).toMatch(/The database was reached; correct onConnect/)
  expect([database.open, pool.stats().failedConnects, pool.stats().opened]).toEqual([0, 1, 0])
  fails = false
  await clock.advance(60_000)
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 1 })
})

it('a server that lingers over a connection whose set-up failed is waited for before the next one is opened', async () => {
  const { clock, database } = poolInSimulatedTime(
    {
      min: 1,
      max: 1,
      onConnect: async connection => {
        connection.query('select pg_sleep(60)').catch(() => {})
        throw new Error('not today')
      },
    },
    { queryLatency: 60_000, lingerAfterDestroy: 700 },
  )
  for (let at = 0; at < 20_000; at += 10) {
    await clock.advance(10)
    expect(database.open).toBeLessThanOrEqual(1)
  }
  expect(database.totals.connects).toBeGreaterThan(3)
})

it.each(['its time is up', 'the pool gives it up'])(
  'a server that lingers over a connection whose set-up does not end is waited for when %s',
  async when => {
    const { pool, clock, database } = poolInSimulatedTime(
      {
        min: 1,
        max: 1,
        connectTimeout: when === 'its time is up' ? 1_000 : 60_000,
        onConnect: connection => connection.query('select pg_sleep(60)'),
      },
      { queryLatency: 60_000, lingerAfterDestroy: 700 },
    )
    for (let at = 0; at < 20_000; at += 10) {
      if (when === 'the pool gives it up' && at % 2_000 === 1_500) pool.evict()
      await clock.advance(10)
      expect(database.open).toBeLessThanOrEqual(1)
    }
    expect(database.totals.connects).toBeGreaterThan(3)
    const closing = watch(pool.close())
    await clock.advance(700)
    expect([closing.state, database.open]).toEqual(['fulfilled', 0])
  },
)

it('a server that does not let go of such a connection is waited for no longer than closeTimeout', async () => {
  const { clock, database } = poolInSimulatedTime(
    {
      min: 1,
      max: 1,
      connectTimeout: 1_000,
      closeTimeout: 300,
      onConnect: connection => connection.query('select pg_sleep(60)'),
    },
    { queryLatency: 60_000, lingerAfterDestroy: 60_000 },
  )
  await clock.advance(1_299)
  expect(database.totals.connects).toBe(1)
  await clock.advance(101)
  expect(database.totals.connects).toBe(2)
})

it('it has as long as the connect: after that the connection is destroyed, and its signal aborts', async () => {
  let signal: AbortSignal | undefined
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    connectTimeout: 1_000,
    onConnect: (_, context) => {
      signal = context.signal
      return new Promise(() => {})
    },
  })
  const ready = watch(pool.ready())
  await clock.advance(999)
  expect([ready.state, signal?.aborted, database.open]).toEqual(['pending', false, 1])
  await clock.advance(1)
  expect(ready.error).toMatchObject({ code: 'CONNECT_TIMEOUT' })
  expect([signal?.aborted, database.open]).toEqual([true, 0])
})

it('a connection that is lost while it is set up is none', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onConnect: () => new Promise(() => {}),
  })
  await clock.advance(100)
  const [connection] = database.connections
  database.kill(connection as NonNullable<typeof connection>)
  await clock.advance(0)
  expect(pool.stats()).toMatchObject({ failedConnects: 1, connecting: 0, lost: 0 })
})

it('a pool that is closed while it runs leaves no connection behind', async () => {
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onConnect: () => new Promise(() => {}),
  })
  await clock.advance(100)
  const closing = watch(pool.close())
  await clock.advance(0)
  expect([closing.state, database.open, clock.pending]).toEqual(['fulfilled', 0, 0])
})

it('it runs again after a reset that undid what it had set up, and not after others', async () => {
  const told: boolean[] = []
  const { pool, clock } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onConnect: async (connection, { again }) => {
      told.push(again)
      if (again) await connection.query('SET role = app')
    },
  })
  await clock.advance(100)
  const clean = await pool.acquire()
  clean.release()
  expect(told).toEqual([false])
  const lease = await pool.acquire()
  void lease.connection.query('SET role = admin')
  await clock.advance(10)
  lease.release()
  await clock.advance(20)
  expect(told).toEqual([false, true])
  expect((await pool.acquire()).connection.settings).toEqual({ role: 'app' })
})

it('an error of it after a reset is that of the reset', async () => {
  const { pool, clock } = poolInSimulatedTime({
    min: 1,
    max: 1,
    onConnect: (_, { again }) => {
      if (again) throw new Error('no such role')
    },
  })
  const closed: unknown[] = []
  pool.eventsOf('connection.closed').subscribe(({ reason, error }) => closed.push(reason, error))
  await clock.advance(100)
  const lease = await pool.acquire()
  void lease.connection.query('SET role = admin')
  await clock.advance(10)
  lease.release()
  await clock.advance(10)
  expect(closed).toMatchObject([
    'reset failed',
    { code: 'RESET_FAILED', message: expect.stringContaining("the pool's onConnect threw: no such role") },
  ])
})

it('a driver that calls it itself is not overtaken: the pool does not call it a second time', async () => {
  let calls = 0
  const { clock } = poolInSimulatedTime({ min: 1, max: 1, onConnect: () => void calls++ }, {}, driver => ({
    async connect(context) {
      const connection = await driver.connect(context)
      await context.setUp?.(connection)
      return connection
    },
  }))
  await clock.advance(100)
  expect(calls).toBe(1)
})

it('a session that proves stale while it is set up is none', async () => {
  let report: (() => void) | undefined
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 1, max: 1, onConnect: ({ id }) => (id === 1 ? report?.() : undefined) },
    {},
    driver => ({
      connect(context) {
        report = () => context.onStale?.(new Error('a plan is stale'))
        return driver.connect(context)
      },
    }),
  )
  const ready = watch(pool.ready())
  await clock.advance(100)
  expect(ready.error).toMatchObject({ code: 'CONNECT_FAILED', why: 'a plan is stale' })
  await clock.advance(1_000)
  expect([pool.stats().idle, database.open]).toEqual([1, 1])
})
