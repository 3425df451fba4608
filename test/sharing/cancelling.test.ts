// A statement whose caller gives up: the caller knows at once, the database stops the statement, and no other caller notices.

import { describe, expect, it } from 'vitest'
import type { SimulatedConnection, SimulatedResult, SimulatedSettings } from '../../src/db/simulated/index.js'
import type { Driver, Pool, PoolOptions, QueryOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function onOne(options: PoolOptions = {}, settings: SimulatedSettings = {}) {
  const world = poolInSimulatedTime({ min: 1, max: 1, share: true, ...options }, settings)
  await world.clock.advance(100)
  return world
}

function runner(pool: Pool<SimulatedConnection>) {
  const told: string[] = []
  const run = (text: string, options?: QueryOptions): void => {
    pool.query<SimulatedResult>(text, undefined, options).then(
      ({ rows: [row] }) => told.push(`${row?.sql}`),
      (error: { code?: string }) => told.push(`${text}: ${error.code}`),
    )
  }
  return { told, run }
}

describe('a caller who gives up', () => {
  it('on a statement that runs, knows at once; the database stops it, and those behind it run', async () => {
    const { pool, clock, database } = await onOne()
    const { told, run } = runner(pool)
    database.change({ queryLatency: 10_000 })
    run('select slow', { timeout: 100 })
    await clock.advance(1)
    database.change({ queryLatency: 1 })
    run('select behind')
    await clock.advance(99)
    expect(told).toEqual(['select slow: QUERY_TIMEOUT'])
    await clock.advance(10)
    expect(told).toEqual(['select slow: QUERY_TIMEOUT', 'select behind'])
    expect(database.totals.connects).toBe(1)
    expect(pool.stats()).toMatchObject({ busy: 0, idle: 1 })
  })

  it('by a signal, gets its reason', async () => {
    const { pool, clock } = await onOne({}, { queryLatency: 1_000 })
    const controller = new AbortController()
    const slow = watch(pool.query('select slow', undefined, { signal: controller.signal }))
    await clock.advance(30)
    controller.abort('changed my mind')
    await clock.advance(0)
    expect(slow.error).toMatchObject({ code: 'QUERY_ABORTED', cause: 'changed my mind', pool: pool.name })
    expect((slow.error as Error).message).toContain('after 30 ms')
  })

  it('before the statement was sent, takes it out of the queue', async () => {
    const { pool, clock, database } = await onOne({ share: { depth: 1 } })
    const { told, run } = runner(pool)
    const controller = new AbortController()
    run('select 1')
    run('select 2', { signal: controller.signal })
    run('select 3', { timeout: 5 })
    run('select 4')
    controller.abort()
    await clock.advance(5)
    expect(told).toEqual(['select 2: ACQUIRE_ABORTED', 'select 3: ACQUIRE_TIMEOUT'])
    await clock.advance(30)
    expect(told.slice(2)).toEqual(['select 1', 'select 4'])
    expect(database.totals.queries).toBe(2)
  })

  it('with a signal that has aborted already, has nothing sent', async () => {
    const { pool, clock, database } = await onOne()
    const { told, run } = runner(pool)
    run('select 1', { signal: AbortSignal.abort() })
    await clock.advance(20)
    expect(told).toEqual(['select 1: ACQUIRE_ABORTED'])
    expect(database.totals.queries).toBe(0)
  })

  it('on one that waits behind another one, does not stop that one', async () => {
    const { pool, clock } = await onOne({}, { queryLatency: 40 })
    const { told, run } = runner(pool)
    run('select before')
    run('select 2', { timeout: 10 })
    run('select 3')
    await clock.advance(10)
    expect(told).toEqual(['select 2: QUERY_TIMEOUT'])
    await clock.advance(30)
    expect(told).toEqual(['select 2: QUERY_TIMEOUT', 'select before'])
    await clock.advance(100)
    expect(told.slice(2)).toEqual(['select 3'])
  })

  it('has neighbours that share their connection again once the statement is stopped', async () => {
    const { pool, clock, database } = await onOne()
    const { told, run } = runner(pool)
    database.change({ queryLatency: 10_000 })
    run('select slow', { timeout: 20 })
    await clock.advance(1)
    database.change({ queryLatency: 30 })
    run('select behind')
    await clock.advance(24)
    run('select later')
    expect(pool.stats().waiting).toBe(0)
    expect(database.connections[0]?.running).toBe(2)
    await clock.advance(60)
    expect(told).toEqual(['select slow: QUERY_TIMEOUT', 'select behind', 'select later'])
  })

  it('leaves one alone that has just begun to run and is soon over', async () => {
    const { pool, clock, database } = await onOne({}, { queryLatency: 15, cancelLatency: 0 })
    const { told, run } = runner(pool)
    run('select before')
    run('select 2', { timeout: 10 })
    await clock.advance(30)
    run('select 3')
    await clock.advance(15)
    expect(database.totals.queries).toBe(3)
    expect(told).toEqual(['select 2: QUERY_TIMEOUT', 'select before', 'select 3'])
  })

  it('costs a neighbour that the request hits by mistake nothing but time', async () => {
    const { pool, clock, database } = await onOne({}, { cancelLatency: 5 })
    const { told, run } = runner(pool)
    database.change({ queryLatency: 103 })
    run('select late', { timeout: 100 }) // answered while the request is on its way
    await clock.advance(0)
    database.change({ queryLatency: 50 })
    run('select hit')
    run('select behind')
    await clock.advance(104)
    expect(told).toEqual(['select late: QUERY_TIMEOUT'])
    await clock.advance(200)
    expect(told).toEqual(['select late: QUERY_TIMEOUT', 'select behind', 'select hit'])
    expect(database.totals.queries).toBe(4)
    expect(database.totals.connects).toBe(1)
  })

  it('lets no statement onto the connection, and no lease, until the request has come back', async () => {
    const { pool, clock, database } = await onOne({}, { cancelLatency: 30 })
    const { told, run } = runner(pool)
    database.change({ queryLatency: 110 })
    run('select late', { timeout: 100 })
    await clock.advance(111) // answered; the request is on its way
    database.change({ queryLatency: 5 })
    run('select next')
    const lease = watch(pool.acquire())
    await clock.advance(18)
    expect(lease.state).toBe('pending')
    expect(told).toEqual(['select late: QUERY_TIMEOUT'])
    await clock.advance(60)
    expect(lease.state === 'fulfilled' || told.length === 2).toBe(true)
    lease.value?.release()
    await clock.advance(20)
    expect(told).toEqual(['select late: QUERY_TIMEOUT', 'select next'])
    expect(database.totals.connects).toBe(1)
  })

  it('whose request is lost costs a connection, once all that is under way is answered', async () => {
    const { pool, clock, database } = await onOne({}, { cancelLatency: 500, cancelFailureRate: 1 })
    const { told, run } = runner(pool)
    database.change({ queryLatency: 200 })
    run('select 1', { timeout: 100 })
    run('select 2')
    await clock.advance(101)
    run('select 3')
    await clock.advance(299)
    expect(told).toEqual(['select 1: QUERY_TIMEOUT', 'select 2'])
    await clock.advance(1_000)
    expect(told.at(-1)).toBe('select 3')
    expect(database.totals.connects).toBe(2)
  })

  it('whose statement cannot be stopped costs the connection, if no caller waits for it', async () => {
    const { pool, clock, database } = await onOne({}, { queryHangRate: 1 })
    database.change({ cancelLatency: 0 })
    for (const session of database.connections)
      (session as unknown as { interrupt(): void }).interrupt = () => {}
    const { told, run } = runner(pool)
    run('select 1', { timeout: 100 })
    await clock.advance(100)
    database.change({ queryHangRate: 0 })
    run('select 2')
    await clock.advance(3_000)
    expect(told).toEqual(['select 1: QUERY_TIMEOUT', 'select 2'])
    expect(database.totals.connects).toBe(2)
  })

  it('leaves neither timers nor listeners behind', async () => {
    const { pool, clock } = await onOne({}, { queryLatency: [1, 40] })
    const { run } = runner(pool)
    const controller = new AbortController()
    for (let n = 0; n < 40; n++) run(`select ${n}`, { timeout: 20 + n * 5, signal: controller.signal })
    await clock.advance(2_000)
    await Promise.all([pool.close(), clock.advance(100)])
    expect(clock.pending).toBe(0)
  })
})

describe('a statement with a connection of its own', () => {
  it.each([
    ['without the option share', undefined],
    ['because of its text', true],
  ])('%s, is cancelled too, and its connection is used again', async (_, share) => {
    const { pool, clock, database } = await onOne({ share }, { queryLatency: 10_000 })
    const { told, run } = runner(pool)
    run('begin', { timeout: 50 })
    await clock.advance(50)
    expect(told).toEqual(['begin: QUERY_TIMEOUT'])
    expect(pool.stats().busy).toBe(1)
    database.change({ queryLatency: 1 })
    await clock.advance(20)
    run('select 2')
    await clock.advance(10)
    expect(told).toEqual(['begin: QUERY_TIMEOUT', 'select 2'])
    expect(database.totals.connects).toBe(1)
  })

  it('ends with its connection where the driver can only stop all that runs, and does not come back', async () => {
    const asked: AbortSignal[] = []
    const cancel: Driver<SimulatedConnection>['cancel'] = (_, { signal }) => {
      asked.push(signal)
      return new Promise(() => {})
    }
    const { pool, clock, database } = poolInSimulatedTime(
      { min: 1, max: 1, resetTimeout: 300 },
      { queryLatency: 10_000 },
      ({ share }) => ({ share: share && { ...share, cancel: undefined as never }, cancel }),
    )
    await clock.advance(100)
    const { told, run } = runner(pool)
    run('select slow', { timeout: 50 })
    await clock.advance(60)
    expect(told).toEqual(['select slow: QUERY_TIMEOUT'])
    expect(pool.stats().busy).toBe(1)
    await clock.advance(300)
    expect(asked.map(({ aborted }) => aborted)).toEqual([true])
    database.change({ queryLatency: 1 })
    run('select 2')
    await clock.advance(200)
    expect(told).toEqual(['select slow: QUERY_TIMEOUT', 'select 2'])
    expect(database.totals.connects).toBe(2)
  })

  it('is answered within its limits like any other', async () => {
    const { pool, clock } = await onOne({ share: undefined })
    const { pending } = clock
    const answer = watch(pool.query('select 1', undefined, { timeout: 1_000 }))
    await clock.advance(10)
    expect(answer.value).toMatchObject({ rowCount: 1 })
    expect(clock.pending).toBeLessThanOrEqual(pending)
  })
})

describe('the options of pool.query()', () => {
  it.each([
    [{ timeout: 0 }, 'timeout'],
    [{ signal: 'now' }, 'signal'],
    [{ timout: 5 }, 'timout'],
  ])('are refused by name: %j', async (options, name) => {
    const { pool } = await onOne()
    await expect(pool.query('select 1', [], options as never)).rejects.toThrow(name)
  })
})
