// A server (or a proxy) that accepts connections and drops them must not be connected to in a loop.
import { expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('that fail every validation are opened ever more slowly, and the caller is told why', async () => {
  let connects = 0
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 3, validateAfter: 0 }, {}, driver => ({
    connect(context) {
      connects++
      return driver.connect(context)
    },
    validate: () => Promise.reject(new Error('read-only replica')),
  }))
  const acquiring = watch(pool.acquire({ timeout: 60_000 }))
  await clock.advance(59_000)
  expect(pool.stats().state).toBe('backingOff')
  expect(connects).toBeLessThan(30)
  await clock.advance(1_000)
  expect(acquiring.error).toMatchObject({
    code: 'ACQUIRE_TIMEOUT',
    lastConnectError: { code: 'CONNECT_FAILED' },
  })
  expect(String(acquiring.error)).toContain('read-only replica')
})

it('without any delay do not starve the event loop', async () => {
  let connects = 0
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1, validateAfter: 0 }, {}, () => ({
    connect: () => Promise.resolve(++connects as never),
    validate: () => Promise.reject(new Error('no')),
    destroy: () => {},
  }))
  const acquiring = watch(pool.acquire({ timeout: 1_000 }))
  await clock.advance(1_000)
  expect(acquiring.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
  expect(connects).toBeLessThan(10)
})

it('are not opened two at a time after a back-off where only one may be', async () => {
  let connecting = 0
  let most = 0
  const { pool, clock, database } = poolInSimulatedTime({ min: 3, max: 3, maxConnecting: 1 }, {}, driver => ({
    async connect(context) {
      most = Math.max(most, ++connecting)
      try {
        return await driver.connect(context)
      } finally {
        connecting--
      }
    },
  }))
  for (let round = 0; round < 20; round++) {
    await clock.advance(110)
    for (const connection of database.connections) if (connection.state === 'open') database.kill(connection)
  }
  expect(pool.stats().lost).toBeGreaterThan(4)
  expect(most).toBe(1)
})

it('are replaced at once as long as there are not more of them than the pool has', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 3, max: 3 })
  await clock.advance(200)
  for (const connection of database.connections) database.kill(connection)
  expect(pool.stats()).toMatchObject({ state: 'running', connecting: 2, lost: 3 })
  await clock.advance(200)
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 3 })
})

it('are the reason why the pool is not ready, with the driver’s error as the cause', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, maxConnecting: 1 }, { loseAfter: 0 })
  const ready = watch(pool.ready())
  await clock.advance(2_000)
  expect(ready.error).toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'ECONNRESET' } })
  expect(String(ready.error)).toContain('it opened, but ended at once (lost)')
})

it.each([
  { min: 2, max: 10 },
  { min: 2, max: 2 },
  { min: 10, max: 10 },
  { min: 10, max: 10, maxConnecting: 10 },
])('are not opened in a loop because others opened meanwhile: %o', async sizes => {
  const { pool, clock, database } = poolInSimulatedTime(sizes, { connectLatency: 5, loseAfter: 1 })
  let downs = 0
  pool.events$.subscribe(({ type }) => {
    if (type === 'pool.down') downs++
  })
  await clock.advance(2_000) // a burst of as many as there may be at once, and a few more
  expect(pool.stats().state).toBe('backingOff')
  const before = database.totals.connects
  await clock.advance(60_000)
  expect(database.totals.connects - before).toBeLessThan(150) // 2,000 in two seconds before
  expect(downs).toBeLessThan(60)
})

it('but stay open in the end are used again soon', async () => {
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 2, max: 4 },
    { connectLatency: 5, loseAfter: 1 },
  )
  await clock.advance(2_000)
  database.change({ loseAfter: Number.POSITIVE_INFINITY })
  const waiting = watch(pool.acquire())
  await clock.advance(10_000)
  expect(waiting.state).toBe('fulfilled')
  await clock.advance(30_000)
  expect(pool.stats()).toMatchObject({ state: 'running', busy: 1 })
  expect(pool.stats().total).toBeGreaterThanOrEqual(2)
})
