// pool.health() says whether the pool serves callers, and if not, why, in words: for a readiness probe.
import { describe, expect, it } from 'vitest'
import { OptionsError, type PoolHealth } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const never = { acquireTimeout: Number.POSITIVE_INFINITY }

describe('a pool is ready', () => {
  it('when its connections are open, leased or not', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 })
    await clock.advance(100)
    expect(pool.health()).toEqual({
      status: 'ready',
      reason: 'The pool serves callers: 0 of at most 2 connections are leased, 0 callers wait.',
      kind: undefined,
      since: 100,
    })
    await Promise.all([pool.acquire(), pool.acquire(), clock.advance(100)])
    expect(pool.health()).toMatchObject({
      status: 'ready',
      reason: expect.stringContaining('2 of at most 2'),
    })
  })

  it('with min 0 before its first caller', () => {
    expect(poolInSimulatedTime({ min: 0 }).pool.health()).toMatchObject({ status: 'ready' })
  })

  it('while callers wait for as long as they usually do', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, ...never })
    await clock.advance(100)
    await pool.acquire()
    watch(pool.acquire())
    await clock.advance(9_999)
    expect(pool.health().status).toBe('ready')
  })
})

describe('a pool that starts', () => {
  it('is down until a connection is open, and degraded until all of min are', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 2, maxConnecting: 1 })
    expect(pool.health()).toEqual({
      status: 'down',
      kind: 'starting',
      reason: 'The pool is starting: 0 of 2 connections (min) are open, 1 is being opened.',
      since: 0,
    })
    await clock.advance(100)
    expect(pool.health()).toMatchObject({
      status: 'degraded',
      reason: 'The pool is starting: 1 of 2 connections (min) is open, 1 is being opened.',
    })
    await clock.advance(100)
    expect(pool.health().status).toBe('ready')
  })
})

describe('a database that is down', () => {
  it('makes the pool down, with the last error and since when', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
    await clock.advance(100)
    database.change({ connectFailureRate: 1 })
    database.kill((await pool.acquire()).connection)
    await clock.advance(100)
    const once = pool.health()
    expect(once).toMatchObject({ status: 'down', kind: 'database down', since: 200 })
    expect(once.reason).toMatch(
      /^The database is down: no connection is left, and the last connect failed: .*\.$/,
    )
    await clock.advance(10_000)
    const later = pool.health()
    expect(later.since).toBe(200)
    expect(later.reason).toMatch(/no connection is left, and \d+ connects in a row have failed: /)
  })

  it('is told of as long as no connect succeeds, also when no caller asks any more', async () => {
    const { pool, clock, database } = poolInSimulatedTime(
      { min: 0, whenDown: 'fail' },
      { connectFailureRate: 1 },
    )
    watch(pool.acquire())
    await clock.advance(60_000)
    expect(pool.health().status).toBe('down')
    database.change({ connectFailureRate: 0 })
    watch(pool.acquire())
    await clock.advance(1_000)
    expect(pool.health().status).toBe('ready')
  })

  it('that only refuses further connections makes the pool degraded', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 2, ...never })
    await clock.advance(100)
    database.change({ connectFailureRate: 1 })
    await pool.acquire()
    watch(pool.acquire())
    await clock.advance(100)
    expect(pool.health()).toMatchObject({ status: 'degraded', kind: 'connects failing', since: 200 })
    expect(pool.health().reason).toMatch(/^The pool has 1 connection, but the last connect failed: /)
  })
})

describe('leaks', () => {
  it('of all connections make the pool down, although no caller waits', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, leakWarning: 1_000 })
    await clock.advance(100)
    await pool.acquire()
    await clock.advance(400)
    const second = await pool.acquire()
    await clock.advance(999)
    expect(pool.health()).toMatchObject({ status: 'degraded', kind: 'leaked', since: 1_100 })
    expect(pool.health().reason).toMatch(
      /^1 lease of at most 2 has been held for longer than leakWarning \(1,000 ms\), the longest for 1,399 ms \(acquired at .*health\.test\.ts.*\)\.$/,
    )
    await clock.advance(1)
    expect(pool.health()).toMatchObject({ status: 'down', kind: 'leaked', since: 1_500 })
    expect(pool.health().reason).toMatch(/^All 2 connections \(max\) are leased and have been held/)
    second.release()
    expect(pool.health().status).toBe('degraded')
  })

  it('that leakWarning does not look for are found when callers wait and none is served', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, ...never })
    await clock.advance(100)
    await pool.acquire()
    await clock.advance(300)
    watch(pool.acquire())
    watch(pool.acquire())
    await clock.advance(10_000)
    expect(pool.health()).toEqual({
      status: 'down',
      kind: 'stalled',
      reason:
        'No caller has got a connection for 10,000 ms: 2 callers wait, the longest for 10,000 ms; 1 of at most 1 connection is leased, the longest for 10,300 ms.',
      since: 400,
    })
    expect(pool.health({ stalledAfter: 10_001 }).status).toBe('ready')
  })
})

describe('a queue that moves, but slowly', () => {
  it('makes the pool degraded', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, ...never })
    await clock.advance(100)
    const first = await pool.acquire()
    watch(pool.acquire({ priority: 1 }))
    watch(pool.acquire())
    await clock.advance(9_000)
    first.release()
    await clock.advance(1_000)
    expect(pool.health()).toMatchObject({
      status: 'degraded',
      kind: 'slow queue',
      reason: 'Callers wait long for a connection: 1 caller waits, the longest for 10,000 ms.',
      since: 10_100,
    })
  })
})

describe('a lane without room', () => {
  it('makes the pool degraded once its callers wait for long; until then they are counted', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2, lanes: { reports: { max: 1 } }, ...never })
    await clock.advance(100)
    await pool.acquire({ lane: 'reports' })
    watch(pool.acquire({ lane: 'reports' }))
    await clock.advance(9_999)
    expect(pool.health()).toMatchObject({
      status: 'ready',
      reason: expect.stringContaining('1 caller waits'),
    })
    await clock.advance(1)
    expect(pool.health()).toMatchObject({ status: 'degraded', kind: 'lane full', since: 10_100 })
  })
})

describe('what the application asked for', () => {
  it('is told: paused, closing, closed', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, ...never })
    await clock.advance(100)
    const lease = await pool.acquire()
    const said: PoolHealth[] = []
    await clock.advance(30)
    pool.pause()
    watch(pool.acquire())
    await clock.advance(60_000)
    said.push(pool.health())
    const closing = pool.close()
    await clock.advance(50)
    said.push(pool.health())
    lease.release()
    await Promise.all([closing, clock.advance(100)])
    said.push(pool.health())
    expect(said).toEqual([
      {
        status: 'degraded',
        kind: 'paused',
        reason: 'The pool is paused: 1 caller waits for pool.resume().',
        since: 130,
      },
      {
        status: 'down',
        kind: 'draining',
        reason: 'The pool is closing, and waits for 1 lease to be released.',
        since: 60_130,
      },
      { status: 'down', kind: 'closed', reason: 'The pool is closed.', since: 60_190 },
    ])
  })

  it('is told of an actor that was stopped', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 })
    await clock.advance(150)
    pool.actor.stop?.()
    expect(pool.health()).toMatchObject({ status: 'down', kind: 'closed', since: 150 })
  })
})

describe('the answer', () => {
  it('is frozen, and can be sent as JSON', async () => {
    const { pool } = poolInSimulatedTime()
    const health = pool.health()
    expect(Object.isFrozen(health)).toBe(true)
    expect(JSON.parse(JSON.stringify(health))).toEqual(health)
  })

  it('shows no password of a connection string', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 }, {}, () => ({
      target: 'postgres at db:5432',
      connect: async () => {
        throw Object.assign(new Error('password authentication failed for user "ada"'), {
          password: 'secret',
        })
      },
    }))
    await clock.advance(10)
    expect(pool.health().reason).toContain('password authentication failed')
    expect(JSON.stringify(pool.health())).not.toContain('secret')
  })

  it.each([
    [{ stalledAfter: 0 }, 'stalledAfter'],
    [{ stalledAfter: '1s' }, 'stalledAfter'],
    [{ stalled: 1 }, 'stalled'],
  ])('is refused for %j', (options, option) => {
    const { pool } = poolInSimulatedTime()
    const refused = () => pool.health(options as never)
    expect(refused).toThrow(OptionsError)
    expect(refused).toThrow(expect.objectContaining({ option }))
  })
})
