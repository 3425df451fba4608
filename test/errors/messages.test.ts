// Each error says what happened, why, and what to do; and has the evidence as fields.

import { describe, expect, it } from 'vitest'
import { messageOf } from '../../src/core/wording.js'
import {
  type AcquireTimeoutError,
  DatabaseDownError,
  type PoolError,
  PoolPausedError,
  type QueueFullError,
} from '../../src/index.js'
import { type PoolInSimulatedTime, poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

describe('an acquire timeout says why', () => {
  it('when all connections are leased: who holds them, longest first, and for how long', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, validateAfter: false })
    await clock.advance(100)
    await pool.acquire()
    await clock.advance(1_000)
    await pool.acquire()
    watch(pool.acquire())
    const waiting = watch(pool.acquire({ timeout: 500 }))
    await clock.advance(500)
    const error = waiting.error as AcquireTimeoutError
    expect(error).toMatchObject({
      code: 'ACQUIRE_TIMEOUT',
      name: 'AcquireTimeoutError',
      timeout: 500,
      waited: 500,
      position: 2,
      waiting: 2,
      total: 2,
      max: 2,
      connecting: 0,
      failedConnects: 0,
      holders: [
        { lease: 1, connection: 'connection-2', heldFor: 1_500 },
        { lease: 2, connection: 'connection-1', heldFor: 500 },
      ],
    })
    expect(messageOf(error)).toBe(
      'No connection became free within 500 ms (position 2 of 2 in the queue).\n' +
        '  Why: all 2 connections (max) are leased; held longest: lease 1 on connection-2 for 1,500 ms, lease 2 on connection-1 for 500 ms.\n' +
        '  What to do: release sooner (use pool.use() or await using), do not hold a lease while acquiring another, or raise max.',
    )
  })

  it('when connections are being opened: how many', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 2 }, { connectLatency: 1_000 })
    await clock.advance(1_000)
    await pool.acquire()
    const waiting = watch(pool.acquire({ timeout: 500 }))
    await clock.advance(500)
    expect((waiting.error as Error).message).toContain(
      'of at most 2 connections, 1 is leased and 1 is being opened',
    )
  })

  it('when the connection for it was still being validated', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 })
    await clock.advance(100)
    const waiting = watch(pool.acquire({ timeout: 5 }))
    await clock.advance(5)
    expect(waiting.error).toMatchObject({ position: 0, waiting: 0 })
    expect((waiting.error as Error).message).toMatch(/^No connection .* still being validated\)/)
  })

  it('when connections cannot be opened: the driver’s words, once, and the error as its cause', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0 })
    database.stop()
    const waiting = watch(pool.acquire({ timeout: 900 }))
    await clock.advance(900)
    const error = waiting.error as AcquireTimeoutError
    expect(error.failedConnects).toBe(5)
    expect(error.lastConnectError).toBe(error.cause)
    expect(error.message.match(/ECONNREFUSED/g)).toHaveLength(1)
    expect(error.message.match(/heck that the database is up/g)).toHaveLength(1)
  })
})

describe('an acquire timeout names what was in the way', () => {
  const refusedAfter = async (
    timeout: number,
    { pool, clock }: Pick<PoolInSimulatedTime, 'pool' | 'clock'>,
  ): Promise<AcquireTimeoutError> => {
    const waiting = watch(pool.acquire({ timeout }))
    await clock.advance(timeout)
    return waiting.error as AcquireTimeoutError
  }

  it('connects that are slow, and for how long the slowest has been going on', async () => {
    const parts = poolInSimulatedTime({ min: 1, max: 2 }, { connectLatency: 5_000 })
    await parts.clock.advance(1_000)
    const error = await refusedAfter(500, parts)
    expect(error).toMatchObject({ obstacle: 'connects slow', connecting: 1, connectingFor: 1_500 })
    expect(error.message).toContain('1 is being opened, the slowest for 1,500 ms so far')
  })

  it('and not for how long those have existed that are open', async () => {
    const parts = poolInSimulatedTime({ min: 1, max: 2 })
    await parts.clock.advance(100)
    await parts.pool.acquire()
    await parts.clock.advance(900)
    parts.database.change({ connectLatency: 5_000 })
    expect(await refusedAfter(500, parts)).toMatchObject({ connecting: 1, connectingFor: 500 })
  })

  it('validations that fail, with the error of the last as its cause', async () => {
    const parts = poolInSimulatedTime({ min: 1, max: 1, validateAfter: 0 }, { unhealthyRate: 1 })
    await parts.clock.advance(100)
    const error = await refusedAfter(115, parts)
    expect(error).toMatchObject({ obstacle: 'validations failing', cause: { code: 'VALIDATION_FAILED' } })
    expect(error.message).toContain('failed validation')
  })

  it('connections on their way: being made clean, say', async () => {
    const parts = poolInSimulatedTime({ min: 1, max: 1 }, { resetLatency: 1_000 })
    await parts.clock.advance(100)
    const lease = await parts.pool.acquire()
    await Promise.all([lease.connection.query('BEGIN'), parts.clock.advance(10)])
    lease.release()
    const error = await refusedAfter(500, parts)
    expect(error).toHaveProperty('obstacle', 'in transit')
    expect(error.message).toContain('1 is being validated, reset or closed')
  })

  it('and how far the caller came in the line', async () => {
    const parts = poolInSimulatedTime({ min: 1, max: 1, validateAfter: false })
    await parts.clock.advance(100)
    const lease = await parts.pool.acquire()
    watch(parts.pool.acquire())
    const waiting = watch(parts.pool.acquire({ timeout: 500 }))
    lease.release()
    await parts.clock.advance(500)
    expect(waiting.error).toMatchObject({ obstacle: 'exhausted', firstPosition: 2, position: 1 })
    expect((waiting.error as Error).message).toContain('position 1 of 1 in the queue, down from 2')
  })
})

describe('a full line says', () => {
  it.each([
    [
      0,
      'none of the pool’s 1 connection (max) is free, and queueing is disabled (maxWaiting is 0). Shed load',
    ],
    [1, 'is free, and 1 caller is already waiting (maxWaiting is 1). Shed load'],
    [2, 'is free, and 2 callers are already waiting (maxWaiting is 2). Shed load'],
  ])('how many wait, or that nobody may: %s', async (maxWaiting, words) => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting })
    await clock.advance(100)
    await pool.acquire()
    for (let waiting = 0; waiting < maxWaiting; waiting++) watch(pool.acquire())
    const refused = await pool.acquire().catch((error: unknown) => error)
    expect(refused).toMatchObject({
      message: expect.stringContaining(words.replace('’', "'")),
      obstacle: 'exhausted',
      ...{ waiting: maxWaiting, total: 1, max: 1, maxWaiting, paused: false, lastConnectError: undefined },
    })
  })

  it('that it is for the pause that they wait', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 0 })
    await clock.advance(100)
    pool.pause()
    const refused = await pool.acquire().catch((error: unknown) => error)
    expect(refused).toMatchObject({ obstacle: 'paused', paused: true, total: 1 })
    expect(messageOf(refused)).toBe(
      'The acquire was refused: the pool is paused, and queueing is disabled (maxWaiting is 0). Call pool.resume(), or raise maxWaiting.',
    )
  })

  it('that it is for the database that they wait', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ max: 1, maxWaiting: 1 })
    database.stop()
    watch(pool.acquire())
    watch(pool.acquire())
    await clock.advance(300)
    const refused = await pool.acquire().catch((error: unknown) => error)
    const { lastConnectError } = refused as QueueFullError
    expect(refused).toMatchObject({ obstacle: 'connects failing', failedConnects: 3, waiting: 2, total: 0 })
    expect((refused as QueueFullError).cause).toBe(lastConnectError)
    expect((refused as QueueFullError).message).toMatch(
      /^The acquire was refused: the pool cannot connect \(3 attempts failed in a row; the last error is this error's cause: .*ECONNREFUSED.*\), and 2 callers are already waiting \(maxWaiting is 1\)\. Check that the database is up/,
    )
  })
})

it.each([
  [1, /\(1 attempt failed; its error is this error's cause\): /],
  [3, /\(3 attempts failed in a row; the last error is this error's cause\): /],
])(
  'when the database is down, the message counts %i failed connects in the right number',
  async (failed, words) => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 1 })
    database.stop()
    const waiting = watch(pool.acquire({ timeout: failed === 1 ? 50 : 300 }))
    await clock.advance(300)
    expect(waiting.error).toMatchObject({ obstacle: 'connects failing', failedConnects: failed })
    expect((waiting.error as Error).message).toMatch(words)
    expect(new DatabaseDownError(failed, new Error('expected')).message).toMatch(words)
  },
)

it('an aborted acquire has the signal’s reason as its cause, whatever it is', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  const controller = new AbortController()
  const waiting = watch(pool.acquire({ signal: controller.signal }))
  await clock.advance(30)
  controller.abort('changed my mind')
  await clock.advance(0)
  expect(waiting.error).toMatchObject({ name: 'AcquireAbortedError', cause: 'changed my mind' })
  expect((waiting.error as Error).message).toContain('after a wait of 30 ms')
})

it('a connect that took too long says how long that is, and which option it was', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, connectTimeout: 250 }, { connectHangRate: 1 })
  const ready = watch(pool.ready())
  await clock.advance(250)
  expect(ready.error).toMatchObject({ why: 'it took longer than 250 ms (connectTimeout)' })
})

it('a failure of several addresses at once shows each of them', async () => {
  const refused = new AggregateError([
    new Error('connect ECONNREFUSED ::1:5432'),
    new Error('connect ECONNREFUSED 127.0.0.1:5432'),
  ])
  const { pool, clock } = poolInSimulatedTime({ min: 1 }, {}, () => ({
    connect: () => Promise.reject(refused),
  }))
  const ready = watch(pool.ready())
  await clock.advance(0)
  expect((ready.error as Error).message).toContain('::1:5432; connect ECONNREFUSED 127.0.0.1:5432')
})

it.each([undefined, null, 'a string', 42, {}])(
  'a driver that rejects with %j is reported all the same',
  async reason => {
    const { pool, clock } = poolInSimulatedTime({ min: 1 }, {}, () => ({
      connect: () => Promise.reject(reason),
    }))
    const ready = watch(pool.ready())
    await clock.advance(0)
    expect(ready.error).toMatchObject({ code: 'CONNECT_FAILED', cause: reason })
  },
)

it('a lease that ended says how, and what to do instead', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const messages: string[] = []
  const use = (lease: { connection: unknown }) => {
    try {
      lease.connection
    } catch (error) {
      messages.push((error as PoolError).message)
    }
  }
  const released = await pool.acquire()
  released.release()
  use(released)
  const lost = await pool.acquire()
  database.kill(lost.connection)
  use(lost)
  await clock.advance(100)
  const destroyed = await pool.acquire()
  destroyed.destroy()
  use(destroyed)
  expect(messages[0]).toMatch(/^Lease 1 has ended: .* after it had been released\. .*pool\.use\(\)/)
  expect(messages[1]).toMatch(/^Lease 2 has ended: .* lost or revoked\. Acquire a new lease/)
  expect(messages[2]).toMatch(/^Lease 3 has ended: .* after it had been destroyed\./)
})

it('a paused pool is an error of its own, for later', () => {
  expect(new PoolPausedError()).toMatchObject({ code: 'POOL_PAUSED', name: 'PoolPausedError' })
})
