// A lane is a share of the connections that its callers cannot exceed, however many they are.
import { describe, expect, it } from 'vitest'
import { AcquireTimeoutError, type PoolOptions, QueueFullError } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { cases } from '../support/seeds.js'

const reports = { lane: 'reports' }

async function openPool(options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({
    min: 4,
    max: 4,
    lanes: { reports: { max: 2 } },
    validateAfter: false,
    ...options,
  })
  await parts.clock.advance(1_000)
  return parts
}

describe('a full lane', () => {
  it('leaves the other connections to others, and has its own callers wait', async () => {
    const { pool, clock } = await openPool()
    const slow = [await pool.acquire(reports), await pool.acquire(reports)]
    const third = watch(pool.acquire(reports))
    const others = [await pool.acquire(), await pool.acquire()]
    await clock.advance(1)
    expect(third.state).toBe('pending')
    expect(pool.stats()).toMatchObject({
      busy: 4,
      waiting: 0,
      lanes: { reports: { max: 2, taken: 2, waiting: 1 } },
    })
    expect(pool.waiting()).toMatchObject([{ lane: 'reports', inLane: 1, position: 1 }])
    for (const lease of others) lease.release()
    await clock.advance(1)
    expect(third.state).toBe('pending')
    expect(pool.stats()).toMatchObject({ idle: 2, busy: 2 })
    slow[0]?.release()
    await clock.advance(1)
    expect(third.state).toBe('fulfilled')
    expect(pool.leases()).toMatchObject([
      { lane: 'reports', heldFor: 3 },
      { lane: 'reports', heldFor: 1 },
    ])
    expect(pool.stats().lanes).toEqual({ reports: { max: 2, taken: 2, waiting: 0 } })
  })

  it('holds up none that come later, also where all connections are leased', async () => {
    const { pool, clock } = await openPool({ lanes: { reports: { max: 1 } } })
    const leases = [
      await pool.acquire(reports),
      await pool.acquire(),
      await pool.acquire(),
      await pool.acquire(),
    ]
    const slow = watch(pool.acquire(reports))
    const quick = watch(pool.acquire())
    leases[1]?.release()
    await clock.advance(1)
    expect([slow.state, quick.state]).toEqual(['pending', 'fulfilled'])
  })

  it('lets its next caller through to the place that it would have had', async () => {
    const { pool, clock } = await openPool({ max: 1, min: 1, lanes: { reports: { max: 1 } } })
    const holder = await pool.acquire(reports)
    const served: string[] = []
    const note = (name: string) => (lease: { release(): void }) => {
      served.push(name)
      lease.release()
    }
    const all = [
      pool.acquire().then(note('before')),
      pool.acquire(reports).then(note('report')),
      pool.acquire().then(note('after')),
      pool.acquire(reports).then(note('second report')),
    ]
    holder.release()
    await clock.advance(10)
    await Promise.all(all)
    expect(served).toEqual(['before', 'report', 'after', 'second report'])
  })

  it('tells a caller whose time is up which lane it was, what its max is, and who holds it', async () => {
    const { pool, clock } = await openPool({ name: 'orders' })
    const first = await pool.acquire(reports)
    await pool.acquire()
    await clock.advance(10)
    await pool.acquire(reports)
    const late = watch(pool.acquire({ ...reports, timeout: 50 }))
    await clock.advance(50)
    expect(late.error).toBeInstanceOf(AcquireTimeoutError)
    expect(late.error).toMatchObject({
      obstacle: 'lane full',
      lane: { name: 'reports', max: 2, waiting: 1 },
      position: 1,
      holders: expect.arrayContaining([
        expect.objectContaining({ lease: first.id, lane: 'reports', heldFor: 60 }),
      ]),
    })
    expect(String(late.error)).toContain(
      "the lane 'reports' has no room: all 2 of its connections (lanes.reports.max) are taken; held longest: lease 1 on connection-",
    )
    expect(String(late.error)).not.toContain('lease 2 ')
    expect(pool.stats().lanes).toEqual({ reports: { max: 2, taken: 2, waiting: 0 } })
  })

  it('refuses callers beyond maxWaiting, and with 0 all', async () => {
    for (const maxWaiting of [0, 1]) {
      const { pool, clock } = await openPool({ maxWaiting })
      for (let count = 0; count < 2; count++) await pool.acquire(reports)
      const waiting = Array.from({ length: maxWaiting }, () => watch(pool.acquire(reports)))
      const refused = watch(pool.acquire(reports))
      await clock.advance(1)
      expect(refused.error).toBeInstanceOf(QueueFullError)
      expect(refused.error).toMatchObject({ obstacle: 'lane full', lane: { name: 'reports' } })
      expect(String(refused.error)).toContain("the lane 'reports' has no room (lanes.reports.max is 2)")
      expect(waiting.map(({ state }) => state)).toEqual(Array(maxWaiting).fill('pending'))
      expect((await pool.acquire()).held).toBe(true)
    }
  })

  it('is freed by a lease that is destroyed, by one that is lost, and by a caller that gives up in the queue', async () => {
    const { pool, clock, database } = await openPool({ max: 2, min: 2, lanes: { reports: { max: 1 } } })
    const first = await pool.acquire(reports)
    const next = [watch(pool.acquire(reports)), watch(pool.acquire(reports))]
    first.destroy()
    await clock.advance(500)
    expect(next.map(({ state }) => state)).toEqual(['fulfilled', 'pending'])
    database.stop()
    database.start()
    await clock.advance(500)
    expect(next.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled'])
    next[1]?.value?.release()
    const others = [await pool.acquire(), await pool.acquire()]
    const controller = new AbortController()
    const gone = watch(pool.acquire({ ...reports, signal: controller.signal }))
    const follows = watch(pool.acquire(reports))
    expect(pool.stats()).toMatchObject({ waiting: 1, lanes: { reports: { taken: 1, waiting: 1 } } })
    controller.abort()
    await clock.advance(1)
    expect(gone.state).toBe('rejected')
    others[0]?.release()
    await clock.advance(1)
    expect(follows.state).toBe('fulfilled')
  })

  it('refuses those who wait for it when the pool closes', async () => {
    const { pool, clock } = await openPool({ acquireTimeout: Number.POSITIVE_INFINITY })
    const leases = [await pool.acquire(reports), await pool.acquire(reports)]
    const waiting = watch(pool.acquire(reports))
    const closing = pool.close()
    const late = watch(pool.acquire(reports))
    await clock.advance(1)
    expect([waiting.error, late.error]).toMatchObject([{ code: 'POOL_CLOSED' }, { code: 'POOL_CLOSED' }])
    for (const lease of leases) lease.release()
    await clock.advance(1_000)
    await closing
  })

  it('has tenants take turns, and the highest priority first', async () => {
    const { pool, clock } = await openPool({ lanes: { reports: { max: 1 } } })
    const holder = await pool.acquire(reports)
    const served: string[] = []
    for (const tenant of ['A', 'A', 'A', 'B'])
      void pool.use(() => void served.push(tenant), { ...reports, tenant })
    void pool.use(() => void served.push('urgent'), { ...reports, priority: 1 })
    holder.release()
    await clock.advance(100)
    expect(served).toEqual(['urgent', 'A', 'B', 'A', 'A'])
  })
})

it('a lane holds its max whatever happens, and no connection is idle that a caller could have', async () => {
  for (let seed = 1; seed <= cases({ all: 60, some: 25 }); seed++) {
    const random = createRandom(seed, 'lanes')
    const max = random.int(1, 5)
    const lanes = { slow: { max: random.int(1, 3) }, other: { max: random.int(1, 6) } }
    const { pool, clock, database } = poolInSimulatedTime({
      ...{ max, min: random.int(0, max), lanes, acquireTimeout: 400, maxUses: random.pick([2, 5, 1_000]) },
      shed: random.pick([false, { target: 50, interval: 100 }]),
    })
    const held = { slow: 0, other: 0, none: 0 }
    let asking = 0
    const ask = (): void => {
      const lane = random.pick(['slow', 'slow', 'other', 'none'] as const)
      const controller = new AbortController()
      asking++
      const options = {
        ...(lane !== 'none' && { lane }),
        ...(random.chance(0.5) && { tenant: random.pick(['A', 'B']) }),
        priority: random.pick([0, 0, 1]),
        signal: controller.signal,
      }
      pool.acquire(options).then(
        lease => {
          held[lane]++
          const end = (): void => {
            held[lane]--
            asking--
            if (random.chance(0.8)) lease[Symbol.dispose]()
            else if (lease.held) lease.destroy()
          }
          clock.setTimeout(end, random.int(0, 100))
        },
        () => void asking--,
      )
      if (random.chance(0.1)) clock.setTimeout(() => controller.abort(), random.int(0, 50))
    }
    for (let step = 0; step < 150; step++) {
      if (random.chance(0.7)) ask()
      if (random.chance(0.02)) {
        database.stop()
        database.start()
      }
      if (random.chance(0.02)) pool.resize({ min: 0, max: random.int(1, 6) })
      await clock.advance(random.int(0, 20))
      const { lanes: figures = {}, idle, waiting } = pool.stats()
      for (const lane of ['slow', 'other'] as const) {
        const { taken = 0, waiting: atDoor = 0 } = figures[lane] ?? {}
        expect(held[lane]).toBeLessThanOrEqual(lanes[lane].max)
        expect(taken).toBeLessThanOrEqual(lanes[lane].max)
        expect(taken).toBeGreaterThanOrEqual(pool.leases().filter(lease => lease.lane === lane).length)
        if (atDoor > 0) expect([seed, step, lane, taken]).toEqual([seed, step, lane, lanes[lane].max])
      }
      expect([seed, step, idle === 0 || waiting === 0]).toEqual([seed, step, true])
    }
    await clock.advance(2_000)
    expect([seed, asking]).toEqual([seed, 0])
    expect(pool.stats()).toMatchObject({
      waiting: 0,
      lanes: { slow: { taken: 0, waiting: 0 }, other: { taken: 0, waiting: 0 } },
    })
  }
})

describe('refused at the door', () => {
  it.each([
    [{ lane: 'report' }, "'reports'"],
    [{ lane: '' }, 'a non-empty string'],
    [{ lane: 7 }, 'a non-empty string'],
  ])('acquire(%j), with what there is', async (options, words) => {
    const { pool } = await openPool()
    const error = await pool.acquire(options as never).catch(error => error)
    expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: 'lane' })
    expect(error.message).toContain(words)
  })

  it('a lane of a pool that has none', async () => {
    const { pool } = await openPool({ lanes: undefined })
    await expect(pool.acquire(reports)).rejects.toThrow('the pool has no lanes')
    expect(pool.stats().lanes).toBeUndefined()
  })

  it.each([
    [true, 'lanes'],
    [['reports'], 'lanes'],
    [{ '': { max: 1 } }, 'lanes'],
    [{ reports: {} }, 'lanes.reports.max'],
    [{ reports: { max: 0 } }, 'lanes.reports.max'],
    [{ reports: { max: 1.5 } }, 'lanes.reports.max'],
    [{ reports: { max: Number.POSITIVE_INFINITY } }, 'lanes.reports.max'],
    [{ reports: { max: 1, share: 2 } }, 'share'],
  ])('the lanes %j', (lanes, option) => {
    expect(() => poolInSimulatedTime({ lanes } as never)).toThrow(expect.objectContaining({ option }))
  })
})
