// The database goes away: callers wait for it or are told at once, as the option says, and few connects are tried.

import { describe, expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

describe("with whenDown: 'fail'", () => {
  async function down() {
    const parts = poolInSimulatedTime({ min: 1, max: 2, whenDown: 'fail' })
    await parts.clock.advance(100)
    return parts
  }

  it('callers are refused at once, with the last connect error', async () => {
    const { pool, clock, database } = await down()
    database.stop()
    await clock.advance(1_000)
    await expect(pool.acquire()).rejects.toMatchObject({
      code: 'DATABASE_DOWN',
      cause: { code: 'CONNECT_FAILED' },
    })
    expect(pool.stats()).toMatchObject({ refused: 1 })
  })

  it('who waits already is refused when the last connection is gone and no other can be opened', async () => {
    const { pool, clock, database } = await down()
    await Promise.all([pool.acquire(), watch(pool.acquire())])
    await clock.advance(1_000)
    const waiting = watch(pool.acquire())
    database.stop()
    await clock.advance(1_000)
    expect(waiting).toMatchObject({ state: 'rejected', error: { code: 'DATABASE_DOWN' } })
  })

  it('callers are served again once the database is back', async () => {
    const { pool, clock, database } = await down()
    database.stop()
    await clock.advance(1_000)
    database.start()
    await clock.advance(60_000)
    const caller = watch(pool.acquire())
    await clock.advance(1_000)
    expect(caller.state).toBe('fulfilled')
  })

  it('callers wait while a connection is left', async () => {
    const { pool, clock, database } = await down()
    const lease = await pool.acquire()
    database.change({ connectFailureRate: 1 })
    const waiting = watch(pool.acquire())
    await clock.advance(2_000)
    expect(pool.stats().state).toBe('backingOff')
    expect(waiting.state).toBe('pending')
    lease.release()
    await clock.advance(50)
    expect(waiting.state).toBe('fulfilled')
  })
})

describe("with whenDown: 'fail-until-up'", () => {
  it('callers are refused at once as long as there has never been a connection', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 1, whenDown: 'fail-until-up' })
    database.stop()
    const caller = watch(pool.acquire())
    await clock.advance(1_000)
    expect(caller).toMatchObject({ state: 'rejected', error: { code: 'DATABASE_DOWN' } })
  })

  it('callers wait for the database to come back once there has been one', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 1, whenDown: 'fail-until-up' })
    const first = watch(pool.acquire())
    await clock.advance(100)
    expect(first.state).toBe('fulfilled')
    database.stop()
    await clock.advance(1_000)
    expect(pool.stats().total).toBe(0)
    const caller = watch(pool.acquire())
    await clock.advance(5_000)
    expect(caller.state).toBe('pending')
    database.start()
    await clock.advance(10_000)
    expect(caller.state).toBe('fulfilled')
  })
})

describe.each([0, 1, 2])("with whenDown: 'fail' and min %i", min => {
  async function longDown() {
    const parts = poolInSimulatedTime({ min, max: 10, whenDown: 'fail' })
    await parts.clock.advance(200)
    const attempts: number[] = []
    parts.pool.events$.subscribe(({ type, at }) => {
      if (type === 'connection.connecting') attempts.push(at)
    })
    const outcomes: ReturnType<typeof watch>[] = []
    /** Callers who come again and again, `count` of them every so many milliseconds. */
    const callersCome = async (duration: number, every: number, count = 1) => {
      for (let time = 0; time < duration; time += every) {
        for (let caller = 0; caller < count; caller++) outcomes.push(watch(parts.pool.use(() => {})))
        await parts.clock.advance(every)
      }
    }
    parts.database.stop()
    await callersCome(120_000, 1_000) // long enough for back-offs of half a minute
    return { ...parts, attempts, outcomes, callersCome }
  }

  it('who comes a second after somebody was refused is served, if the database is back', async () => {
    const { clock, database, attempts, callersCome, outcomes } = await longDown()
    const before = attempts.length
    for (let time = 0; time < 30_000 && attempts.length === before; time += 100) await clock.advance(100)
    database.start() // just after an attempt: the next back-off is the longest
    await callersCome(2_000, 1_000)
    expect(outcomes.at(-1)?.state).toBe('fulfilled')
  })

  it.each([
    [1, 2],
    [1, 30],
    [1, 100],
    [50, 100],
    [50, 300],
    [1_000, 500],
  ])('%i callers every %i ms make at most 10 connects in any 2 seconds', async (count, every) => {
    const { attempts, callersCome } = await longDown()
    await callersCome(5_000, every, count)
    const inTwoSeconds = attempts.map(
      start => attempts.filter(time => time >= start && time < start + 2_000).length,
    )
    expect(Math.max(...inTwoSeconds)).toBeLessThanOrEqual(10)
    expect(attempts.length, 'and it goes on trying').toBeGreaterThan(20)
  })

  it('nobody who comes makes no more connects than ever', async () => {
    const { clock, attempts } = await longDown()
    const before = attempts.length
    await clock.advance(60_000)
    expect(attempts.length - before).toBeLessThanOrEqual(5)
  })
})

it('1,000 callers in an outage cause at most 10 connects in 2 seconds, and are all served in order afterwards', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 10, acquireTimeout: 600_000 })
  await clock.advance(100)
  database.stop()
  await clock.advance(10)
  const failed = pool.stats().failedConnects
  const served: number[] = []
  for (let caller = 0; caller < 1_000; caller++) {
    pool.acquire().then(lease => {
      served.push(caller)
      lease.release()
    })
  }
  await clock.advance(2_000)
  expect(pool.stats().failedConnects - failed).toBeLessThanOrEqual(10)
  database.start()
  let most = 0
  for (let time = 0; time < 60_000; time += 50) {
    await clock.advance(50)
    most = Math.max(most, pool.stats().connecting)
  }
  expect(most, 'no herd').toBeLessThanOrEqual(2)
  expect(served).toEqual(Array.from({ length: 1_000 }, (_, caller) => caller))
})

it('the outage and its end are told', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const told: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'pool.down' || event.type === 'pool.recovered') told.push(event)
  })
  database.stop()
  await clock.advance(5_000)
  database.start()
  await clock.advance(60_000)
  expect(told).toMatchObject([
    { type: 'pool.down', failures: 1, error: { code: 'CONNECT_FAILED' } },
    { type: 'pool.recovered' },
  ])
})
