// On whose behalf a statement waits, and by which lane: `pool.query()` with and without statements that share connections.

import { describe, expect, it } from 'vitest'
import { OptionsError, type PoolOptions, type QueryOptions } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { quantile } from '../support/open-loop.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const steady: PoolOptions = { min: 1, max: 1, validateAfter: false, keepalive: false, acquireTimeout: 5_000 }
const sharing = { share: { depth: 2, patience: Number.POSITIVE_INFINITY } }

async function openPool(options: PoolOptions = {}, latency: number | [number, number] = 10) {
  const parts = poolInSimulatedTime({ ...steady, ...options }, { queryLatency: latency, connectLatency: 1 })
  await parts.clock.advance(1_000)
  const order: string[] = []
  const run = (name: string, queryOptions?: QueryOptions) =>
    watch(parts.pool.query(`select '${name}'`, [], queryOptions).then(() => order.push(name)))
  return { ...parts, order, run }
}

describe.each([
  ['each on its own connection', {}],
  ['two on one connection', sharing],
])('statements of tenants, %s', (_, options) => {
  it('are counted and told of as calls of acquire() are, when their signal has aborted before', async () => {
    const { clock, run, pool } = await openPool(options)
    const told: unknown[] = []
    pool.eventsOf('acquire.aborted').subscribe(({ error }) => told.push(error))
    const refused = run('late', { tenant: 'A', signal: AbortSignal.abort('gone') })
    await clock.advance(1)
    expect(refused.error).toMatchObject({ code: 'ACQUIRE_ABORTED', cause: 'gone' })
    expect(told).toEqual([refused.error])
    expect(pool.stats()).toMatchObject({ aborted: 1, waiting: 0, statements: 0 })
  })

  it('take turns while they wait', async () => {
    const { clock, order, run } = await openPool(options)
    for (const name of ['A1', 'A2', 'A3', 'A4', 'A5']) run(name, { tenant: 'A' })
    for (const name of ['B1', 'B2']) run(name, { tenant: 'B' })
    await clock.advance(200)
    const waited = order.slice('share' in options ? 2 : 1) // the first were sent at once
    expect(waited.slice(0, 4).map(([tenant]) => tenant)).toContain('B')
    expect(waited.filter(name => name.startsWith('A'))).toEqual(
      ['A1', 'A2', 'A3', 'A4', 'A5'].slice(-4).filter(name => waited.includes(name)),
    )
    expect(waited.indexOf('B2')).toBeLessThan(waited.indexOf('A5'))
  })

  it('have as many as their weight says', async () => {
    const { clock, order, run } = await openPool(options)
    for (const name of ['x', 'y']) run(name)
    for (let each = 0; each < 40; each++) {
      run(`A${each}`, { tenant: 'A', weight: 3 })
      run(`B${each}`, { tenant: 'B' })
    }
    await clock.advance(320)
    const served = order.filter(name => /^[AB]/.test(name)).slice(0, 20)
    expect(served.filter(name => name.startsWith('A'))).toHaveLength(15)
  })

  it('leave with their callers, and the others have their turns', async () => {
    const { clock, order, run, pool } = await openPool(options)
    const controller = new AbortController()
    for (const name of ['x', 'y']) run(name)
    const gone = ['A1', 'A2'].map(name => run(name, { tenant: 'A', signal: controller.signal }))
    run('A3', { tenant: 'A' })
    run('B1', { tenant: 'B' })
    controller.abort()
    await clock.advance(100)
    expect(gone.map(({ error }) => (error as { code?: string }).code)).toEqual([
      'ACQUIRE_ABORTED',
      'ACQUIRE_ABORTED',
    ])
    expect(order).toEqual(['x', 'y', 'A3', 'B1'])
    expect(pool.stats().waiting).toBe(0)
  })
})

it('where statements share, those of quiet tenants wait for a place and for what is before them there, and not for a hundred times as many', async () => {
  /** The 99th percentile of the quiet ones, in statements' times. */
  const took = async (isFair: boolean): Promise<number> => {
    const { pool, clock } = await openPool({ ...sharing, min: 5, max: 5 }, [18, 22])
    const random = createRandom(1, 'statements')
    const times: number[] = []
    const ask = async (tenant: string): Promise<void> => {
      const at = clock.now()
      const answer = await watched(pool.query('select 1', [], isFair ? { tenant } : {}))
      if (answer && tenant !== 'noisy') times.push((clock.now() - at) / 20)
    }
    const load = (tenant: string, perSecond: number): void => {
      if (clock.now() > 6_000) return
      void ask(tenant)
      clock.setTimeout(() => load(tenant, perSecond), (-1_000 / perSecond) * Math.log(1 - random()))
    }
    for (const quiet of ['q1', 'q2', 'q3', 'q4', 'q5']) load(quiet, 6)
    load('noisy', 600)
    await clock.advance(12_000)
    expect(times.length).toBeGreaterThan(100)
    return quantile(times, 0.99)
  }
  const watched = (answer: Promise<unknown>): Promise<unknown> => answer.catch(() => undefined)
  expect(await took(true)).toBeLessThanOrEqual(sharing.share.depth + 1.2)
  expect(await took(false)).toBeGreaterThan(50)
})

describe('a statement by a lane', () => {
  const lanes = { reports: { max: 1 } }

  it.each([
    ['without sharing', {}],
    ['where others share', sharing],
  ])('has a connection of its own, and no more than the lane has: %s', async (_, options) => {
    const { clock, database, run, pool } = await openPool({ ...options, lanes, min: 2, max: 2 })
    run('report 1', { lane: 'reports' })
    run('report 2', { lane: 'reports' })
    const quick = ['a', 'b'].map(name => run(name))
    await clock.advance(1)
    expect(pool.stats()).toMatchObject({ busy: 2, lanes: { reports: { taken: 1, waiting: 1 } } })
    const running = database.connections.map(connection => connection.running).sort()
    expect(running).toEqual('share' in options ? [1, 2] : [1, 1])
    await clock.advance(40)
    expect(quick.every(({ state }) => state === 'fulfilled')).toBe(true)
    expect(pool.stats()).toMatchObject({ busy: 0, lanes: { reports: { taken: 0, waiting: 0 } } })
  })

  it('gives its place back when its caller gives up, while it waits and while it runs', async () => {
    const { clock, run, pool } = await openPool({ lanes, min: 2, max: 2 })
    const controller = new AbortController()
    const { signal } = controller
    const both = [1, 2].map(each => run(`${each}`, { lane: 'reports', signal }))
    await clock.advance(1)
    controller.abort()
    await clock.advance(100)
    expect(both.map(({ error }) => (error as { code?: string }).code)).toEqual([
      'QUERY_ABORTED',
      'ACQUIRE_ABORTED',
    ])
    expect(pool.stats()).toMatchObject({ busy: 0, lanes: { reports: { taken: 0, waiting: 0 } } })
  })
})

it.each<[QueryOptions, PoolOptions, RegExp]>([
  [{ weight: 2 }, {}, /weight/],
  [{ tenant: 'A', weight: 0 }, {}, /weight/],
  [{ tenant: '' }, {}, /tenant/],
  [{ lane: 'reports' }, {}, /lane/],
  [{ lane: 'report' }, { lanes: { reports: { max: 1 } } }, /one of the pool's lanes: 'reports'/],
  [{ priority: 1 } as QueryOptions, {}, /priority/],
])('%j is refused with its name', async (options, poolOptions, message) => {
  const { pool } = await openPool({ ...poolOptions, ...sharing })
  const error = (await pool.query('select 1', [], options).catch(thrown => thrown)) as Error
  expect(error).toBeInstanceOf(OptionsError)
  expect(error.message).toMatch(message)
})
