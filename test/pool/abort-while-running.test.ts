// A signal that aborts while use() or transaction() runs its callback, on the simulated database: what is cancelled, what the caller is told, and who waits for what.
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type SimulatedConnection, type SimulatedOptions, simulated } from '../../src/db/simulated/index.js'
import { createPool, type PoolOptions, QueryAbortedError } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { cases } from '../support/seeds.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

const onOne = async (options: PoolOptions<SimulatedConnection> = {}, settings: SimulatedOptions = {}) => {
  const system = poolInSimulatedTime({ min: 1, max: 1, ...options }, settings)
  await system.clock.advance(100)
  const controller = new AbortController()
  return { ...system, controller, signal: controller.signal }
}

/** The states of the pool's connections. */
const statesOf = ({ pool }: Awaited<ReturnType<typeof onOne>>) =>
  Object.values(pool.actor.getSnapshot().children).map(child => child?.getSnapshot().value)

describe('an abort while a statement runs', () => {
  it('cancels it, and the caller gets an error that has the reason and what the callback threw', async () => {
    const { pool, clock, controller, signal } = await onOne({}, { queryLatency: 60_000 })
    const used = watch(pool.use(connection => connection.query('select 1'), { signal }))
    await clock.advance(30)
    const reason = new Error('enough')
    controller.abort(reason)
    await clock.advance(10)
    expect(used.error).toBeInstanceOf(QueryAbortedError)
    expect(used.error).toMatchObject({
      code: 'QUERY_ABORTED',
      cause: reason,
      thrown: { code: '57014' },
      pool: pool.name,
      message: expect.stringContaining('after it had its connection for 32 ms'),
    })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await clock.advance(10)
    expect(pool.stats()).toMatchObject({ idle: 1, busy: 0, total: 1, closedBy: {} })
  })

  it('shows in the chart, and the connection serves no caller before the request is back', async () => {
    const system = await onOne({}, { queryLatency: 60_000, cancelLatency: 100 })
    const { pool, clock, controller, signal } = system
    const used = watch(pool.use(connection => connection.query('select 1'), { signal }))
    const next = watch(pool.acquire())
    await clock.advance(10)
    controller.abort()
    await clock.advance(99)
    expect([statesOf(system), used.state]).toEqual([[{ busy: 'cancelling' }], 'pending'])
    await clock.advance(1)
    expect([statesOf(system), used.state]).toEqual([[{ validating: { return: 'staying' } }], 'rejected'])
    await clock.advance(99)
    expect(next.state).toBe('pending')
    await clock.advance(11)
    expect(next.state).toBe('fulfilled')
  })

  it('calls the request to cancel off when the reset that waits for it takes too long', async () => {
    const clock = createSimulatedClock()
    let request: AbortSignal | undefined
    const driver = {
      ...simulated({ clock }),
      cancel(_: SimulatedConnection, { signal }: { readonly signal: AbortSignal }) {
        request = signal
        return new Promise<void>(() => {}) // never answered
      },
    }
    const pool = createPool(driver, { min: 1, max: 1, clock, random: () => 0, resetTimeout: 100 })
    await clock.advance(100)
    const controller = new AbortController()
    const { signal } = controller
    const used = watch(
      pool.use(() => new Promise(resolve => signal.addEventListener('abort', resolve)), { signal }),
    )
    await clock.advance(10)
    controller.abort()
    await clock.advance(50)
    expect([request?.aborted, used.state]).toEqual([false, 'fulfilled'])
    await clock.advance(200)
    expect(request?.aborted).toBe(true)
  })

  it('counts for nothing when the callback returns a value all the same', async () => {
    const { pool, clock, controller, signal } = await onOne({}, { queryLatency: 60_000 })
    const used = watch(
      pool.use(connection => connection.query('select 1').catch(() => 'half of it'), { signal }),
    )
    await clock.advance(30)
    controller.abort()
    await clock.advance(20)
    expect(used.value).toBe('half of it')
  })

  it('closes the connection when the request is lost, because it may hit any later statement', async () => {
    const { pool, clock, controller, signal } = await onOne(
      {},
      { queryLatency: 60_000, cancelFailureRate: 1 },
    )
    const used = watch(pool.use(connection => connection.query('select 1'), { signal }))
    await clock.advance(30)
    controller.abort('enough')
    await clock.advance(300)
    expect(used.error).toMatchObject({ code: 'QUERY_ABORTED', cause: 'enough' })
    expect(pool.stats()).toMatchObject({ total: 1, closedBy: { 'cancel failed': 1 } })
  })

  it('closes the connection when the statement has not ended within resetTimeout', async () => {
    const { pool, clock, controller, signal } = await onOne(
      { resetTimeout: 200 },
      { queryLatency: 60_000, cancelLatency: 10_000 },
    )
    const used = watch(pool.use(connection => connection.query('select 1'), { signal }))
    await clock.advance(30)
    controller.abort('enough')
    await clock.advance(199)
    expect(used.state).toBe('pending')
    await clock.advance(1)
    expect(used.error).toMatchObject({ code: 'QUERY_ABORTED', thrown: { code: '08003' } })
    expect(pool.stats().closedBy).toEqual({ 'cancel timeout': 1 })
  })

  it('goes on after the pool has begun to close', async () => {
    const { pool, clock, controller, signal } = await onOne({}, { queryLatency: 60_000 })
    const used = watch(pool.use(connection => connection.query('select 1'), { signal }))
    await clock.advance(30)
    const closed = watch(pool.close())
    controller.abort()
    await clock.advance(30)
    expect([used.state, closed.state]).toEqual(['rejected', 'fulfilled'])
    expect(pool.stats().closedBy).toEqual({ 'pool closing': 1 })
  })
})

describe('an abort between two statements', () => {
  it('lets the next one run for a second, and then cancels it', async () => {
    const { pool, clock, controller, signal } = await onOne({}, { queryLatency: 60_000 })
    const used = watch(
      pool.use(
        async connection => {
          await new Promise<void>(resolve => clock.setTimeout(resolve, 10))
          return connection.query('select 1')
        },
        { signal },
      ),
    )
    await clock.advance(0)
    controller.abort()
    await clock.advance(999)
    expect(used.state).toBe('pending')
    await clock.advance(20)
    expect(used.error).toMatchObject({ code: 'QUERY_ABORTED' })
  })

  it('looks again for as long as the callback goes on, and no longer', async () => {
    const { pool, clock, controller, signal } = await onOne({}, { queryLatency: 60_000 })
    const { pending } = clock
    const used = watch(
      pool.use(
        async connection => {
          for (let n = 0; n < 3; n++) await connection.query(n).catch(() => {})
          return 'given up three times'
        },
        { signal },
      ),
    )
    await clock.advance(10)
    controller.abort()
    await clock.advance(4_000)
    expect(used.value).toBe('given up three times')
    expect(clock.pending).toBe(pending)
  })
})

describe('an abort in a transaction', () => {
  it('rolls it back, whatever its callback returns', async () => {
    const { pool, clock, controller, signal, database } = await onOne()
    const texts: unknown[] = []
    const transaction = watch(
      pool.transaction(
        async connection => {
          const { query } = connection
          connection.query = sql => {
            texts.push(sql)
            return query.call(connection, sql)
          }
          controller.abort('enough')
          return 'done'
        },
        { signal, retry: 3 },
      ),
    )
    await clock.advance(100)
    expect(transaction.error).toMatchObject({ code: 'QUERY_ABORTED', cause: 'enough' })
    expect(texts).toEqual(['ROLLBACK'])
    expect(database.connections.map(({ transaction }) => transaction)).toEqual(['none'])
  })

  it('waits for the request before it rolls back, and does not try again', async () => {
    const { pool, clock, controller, signal } = await onOne({}, { cancelLatency: 50 })
    let attempts = 0
    const transaction = watch(
      pool.transaction(
        async connection => {
          attempts++
          for (let n = 0; n < 100; n++) await connection.query(n)
        },
        { signal, retry: 3 },
      ),
    )
    await clock.advance(35)
    controller.abort('enough')
    await clock.advance(5_000)
    expect(transaction.error).toMatchObject({ code: 'QUERY_ABORTED' })
    expect(attempts).toBe(1)
    expect(pool.stats()).toMatchObject({ idle: 1, closedBy: {} })
  })

  it('changes nothing once the commit is on its way', async () => {
    const { pool, clock, controller, signal } = await onOne()
    const transaction = watch(pool.transaction(() => 'committed', { signal }))
    await clock.advance(15)
    controller.abort()
    await clock.advance(50)
    expect(transaction.value).toBe('committed')
  })
})

it('a driver that cannot cancel leaves the callback alone', async () => {
  const clock = createSimulatedClock()
  const { cancel: _, ...driver } = simulated({ clock, unhealthyRate: 0 })
  const pool = createPool(driver, { clock })
  const controller = new AbortController()
  const { signal } = controller
  const failed = watch(pool.use(() => Promise.reject(new Error('its own')), { signal }))
  const used = watch(pool.use(connection => connection.query('select 1'), { signal }))
  await clock.advance(205)
  controller.abort()
  await clock.advance(50)
  expect([failed.error, used.state]).toMatchObject([{ message: 'its own' }, 'fulfilled'])
})

it('many callbacks share one listener of a signal, and none is left', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 50, max: 50, validateAfter: false })
  await clock.advance(5_000)
  const { signal } = new AbortController()
  const uses = Array.from({ length: 50 }, () =>
    pool.use(connection => connection.query('select 1'), { signal }),
  )
  await clock.advance(5)
  expect(pool.stats().busy).toBe(50)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  await clock.advance(100)
  await Promise.all(uses)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

const rounds = cases({ all: 1_000, some: 300 })

it('in random rounds no cancel hits a neighbour, and no connection is lost', async () => {
  let cancelled = 0
  for (let seed = 1; seed <= rounds; seed++) {
    const random = createRandom(seed, 'abort')
    const { pool, clock } = poolInSimulatedTime(
      { min: 2, max: 2 },
      { seed, queryLatency: [1, 10], cancelLatency: [0, 10], resetLatency: [1, 10] },
    )
    const neighbours: unknown[] = []
    const aborted: Promise<unknown>[] = []
    for (let n = 0; n < 6; n++) {
      const controller = new AbortController()
      clock.setTimeout(() => controller.abort(), 100 + random() * 40)
      const work = async (connection: SimulatedConnection) => {
        for (let left = random.int(1, 3); left > 0; left--) await connection.query('mine')
      }
      const { signal } = controller
      const call = random() < 0.5 ? pool.use(work, { signal }) : pool.transaction(work, { signal, retry: 2 })
      aborted.push(call.catch(error => error))
      neighbours.push(
        pool
          .use(connection => connection.query('a neighbour’s'))
          .then(
            () => 'well',
            error => error,
          ),
      )
    }
    await clock.advance(5_000)
    expect(await Promise.all(neighbours)).toEqual(Array.from({ length: 6 }, () => 'well'))
    for (const error of await Promise.all(aborted)) {
      if (error === undefined) continue
      cancelled++
      expect(['QUERY_ABORTED', 'ACQUIRE_ABORTED']).toContain((error as { code: unknown }).code)
    }
    expect(pool.stats()).toMatchObject({ idle: 2, total: 2, lost: 0, closedBy: {} })
    void pool.close()
    await clock.advance(100)
  }
  expect(cancelled).toBeGreaterThan(rounds)
})
