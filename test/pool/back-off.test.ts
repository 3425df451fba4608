// While connections cannot be opened the pool tries less and less often, and recovers by itself.

import { describe, expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('never loops hot: about 20 connects in five minutes, however many callers wait', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 5, max: 50 })
  database.stop()
  for (let caller = 0; caller < 1_000; caller++) pool.acquire({ timeout: 300_000 }).catch(() => {})
  await clock.advance(300_000)
  expect(database.totals.connects).toBeGreaterThan(10)
  expect(database.totals.connects).toBeLessThan(40)
})

it('waits longer each time: doubled, from 100 ms up to 30 s, of which half is chance', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  database.stop()
  const attempts: number[] = [0]
  pool.events$.subscribe(event => {
    if (event.type === 'connection.connecting') attempts.push(event.at)
  })
  await clock.advance(100_000)
  const delays = attempts.slice(1).map((time, index) => time - (attempts[index] as number))
  expect(delays.slice(0, 11)).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000])
})

it('sends one connect ahead to see whether the database is back, and then opens all that is needed', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 4, max: 10, maxConnecting: 4 })
  database.stop()
  await clock.advance(1_000)
  database.start()
  let mostProbing = 0
  while (pool.stats().state === 'backingOff') {
    mostProbing = Math.max(mostProbing, pool.stats().connecting)
    await clock.advance(10)
  }
  expect(mostProbing).toBe(1)
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 4 })
})

it('serves those who waited through an outage', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2 })
  await clock.advance(100)
  database.stop()
  const waiting = Array.from({ length: 20 }, () => watch(pool.use(() => 'served')))
  await clock.advance(20_000)
  database.start()
  await clock.advance(9_900)
  expect(waiting.map(({ value }) => value)).toEqual(Array(20).fill('served'))
})

it('goes on lending the connections that it has', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2 })
  await clock.advance(100)
  const lease = await pool.acquire()
  database.change({ connectFailureRate: 1 })
  const waiting = watch(pool.acquire())
  await clock.advance(1_000)
  expect(pool.stats()).toMatchObject({ state: 'backingOff' })
  lease.release()
  await clock.advance(10)
  expect(waiting.state).toBe('fulfilled')
  waiting.value?.release()
  await expect(pool.acquire()).resolves.toMatchObject({ held: true })
})

it('tells callers whose time is up that connects fail, and why', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, acquireTimeout: 1_000 })
  database.stop()
  const waiting = watch(pool.acquire())
  await clock.advance(1_000)
  expect(waiting.error).toMatchObject({
    code: 'ACQUIRE_TIMEOUT',
    failedConnects: 5,
    lastConnectError: { code: 'CONNECT_FAILED', cause: { code: 'ECONNREFUSED' } },
    cause: { code: 'CONNECT_FAILED' },
  })
  expect((waiting.error as Error).message).toContain('ECONNREFUSED')
})

it('forgets the failures when a connect succeeds', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: false })
  database.stop()
  await clock.advance(2_000)
  database.start()
  await clock.advance(5_000)
  await pool.acquire()
  const waiting = watch(pool.acquire({ timeout: 100 }))
  await clock.advance(200)
  expect(waiting.error).toMatchObject({ failedConnects: 0, lastConnectError: undefined })
  expect((waiting.error as Error).cause).toBe(undefined)
})

it('ends when nothing is missing any more, while connections are left', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2, validateAfter: false })
  await clock.advance(100)
  await pool.acquire()
  database.change({ connectFailureRate: 1 })
  const waiting = watch(pool.acquire({ timeout: 10 }))
  await clock.advance(60_000)
  expect(waiting.state).toBe('rejected')
  expect(pool.stats()).toMatchObject({ state: 'running', total: 1 })
  expect(pool.health()).toMatchObject({ status: 'ready' })
  expect(database.totals.connects).toBe(2)
})

describe('with min 0, while the database is down and no caller comes', () => {
  async function unused() {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 2 })
    await clock.advance(0)
    const told: string[] = []
    pool.eventsOf('pool.ready', 'pool.down', 'pool.recovered').subscribe(({ type }) => told.push(type))
    database.stop()
    watch(pool.acquire({ timeout: 10 }))
    await clock.advance(60_000)
    return { pool, clock, database, told }
  }

  it('neither an event nor its health nor its state says that it is ready', async () => {
    const { pool, told } = await unused()
    expect(told).toEqual(['pool.down'])
    expect(pool.health()).toMatchObject({ status: 'down', kind: 'database down' })
    expect(pool.stats()).toMatchObject({ state: 'backingOff', total: 0 })
  })

  it('notices when it is back, so that an instance that its readiness probe took out of service gets callers again', async () => {
    const { pool, clock, database, told } = await unused()
    database.start()
    await clock.advance(31_000)
    expect(pool.health().status).toBe('ready')
    expect(told).toEqual(['pool.down', 'pool.recovered', 'pool.ready'])
  })

  it('tries no connect while one that still closes takes the last place', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 2 }, {}, () => ({
      close: () => new Promise(() => {}), // it takes closeTimeout
    }))
    const [lease] = await Promise.all([pool.acquire(), clock.advance(100)])
    pool.evict()
    lease.release()
    database.stop()
    watch(pool.acquire({ timeout: 10 }))
    await clock.advance(20)
    pool.resize({ max: 1 })
    await clock.advance(4_000)
    expect(pool.stats()).toMatchObject({ state: 'backingOff', closing: 1, failedConnects: 1 })
    await clock.advance(5_000)
    expect(pool.stats()).toMatchObject({ state: 'backingOff', closing: 0 })
    expect(pool.stats().failedConnects).toBeGreaterThan(1)
  })

  it('tries seldom: about 20 connects in five minutes', async () => {
    const { pool, clock } = await unused()
    await clock.advance(240_000)
    expect(pool.stats().failedConnects).toBeLessThanOrEqual(30)
  })
})

it.each([0.1, 0.2, 0.3])(
  'a pool fills at a good pace while %s of the connects fail',
  async connectFailureRate => {
    const { pool, clock } = poolInSimulatedTime({ min: 50, max: 50 }, { connectFailureRate })
    await clock.advance(15_000)
    expect(pool.stats()).toMatchObject({ state: 'running', total: 50 })
  },
)
