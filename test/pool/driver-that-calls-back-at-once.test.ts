// onLost may be called at any time, also from within the very call that the pool just made of the driver.

import { expect, it } from 'vitest'
import { type SimulatedConnection, simulated } from '../../src/db/simulated/index.js'
import type { Driver } from '../../src/index.js'
import { type PoolInSimulatedTime, poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool of one connection whose first one is lost within the first call of this method. */
function poolThatLosesWithin(method: keyof Driver<SimulatedConnection>): PoolInSimulatedTime {
  let done = false
  return poolInSimulatedTime(
    { min: 1, max: 1, validateAfter: 0, allowExitOnIdle: true, maxUses: method === 'close' ? 1 : 1_000 },
    {},
    driver => {
      const original = driver[method] as (...args: unknown[]) => unknown
      const losing = (...args: unknown[]) => {
        const result = original.apply(driver, args)
        if (!done) {
          done = true
          if (result instanceof Promise) result.catch(() => {})
          for (const connection of driver.database.connections) driver.database.kill(connection)
        }
        return result
      }
      return { [method]: losing }
    },
  )
}

it.each(['validate', 'needsReset', 'reset', 'close', 'ref', 'unref', 'isFatal'] as const)(
  'within %s: nobody is forgotten, and nothing leaks',
  async method => {
    const { pool, clock, database } = poolThatLosesWithin(method)
    const callers = [1, 2, 3].map(caller =>
      watch(
        pool.use(async connection => {
          await connection.query('BEGIN')
          if (caller === 1) throw new Error('mine')
        }),
      ),
    )
    await clock.advance(10_000)
    expect(callers.filter(({ state }) => state === 'pending')).toEqual([])
    expect(callers.slice(1).map(({ error }) => error)).not.toContainEqual(
      expect.objectContaining({ code: 'ACQUIRE_TIMEOUT' }),
    )
    expect(pool.stats()).toMatchObject({ busy: 0, waiting: 0, idle: 1, total: 1 })
    expect(database).toMatchObject({ open: 1, peak: 1 })
  },
)

it('within connect: it counts as a failed connect, and a connection delivered all the same is destroyed', async () => {
  let first = true
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 }, {}, driver => ({
    connect({ onLost }) {
      const connecting = driver.connect({ signal: new AbortController().signal, onLost })
      if (first) onLost(new Error('the server hung up'))
      first = false
      return connecting
    },
  }))
  await clock.advance(1_000)
  expect(pool.stats()).toMatchObject({ failedConnects: 1, idle: 1, total: 1 })
  expect(database).toMatchObject({ open: 1, totals: { opened: 2, destroyed: 1 } })
})

it('again and again, also after the connection is closed: heard once', async () => {
  const lose: ((reason?: unknown) => void)[] = []
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1 }, {}, driver => ({
    connect(context) {
      lose.push(context.onLost)
      return driver.connect(context)
    },
  }))
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  acquiring.value?.destroy()
  for (let call = 0; call < 3; call++) lose[0]?.()
  const next = watch(pool.acquire())
  await clock.advance(100)
  for (let call = 0; call < 3; call++) lose[0]?.()
  expect(next.value?.held).toBe(true)
  expect(pool.stats()).toMatchObject({ lost: 0, busy: 1 })
})

it('after close: a connection that is delivered by then is destroyed', async () => {
  const clock = poolInSimulatedTime().clock
  const { database, ...driver } = simulated({ clock })
  const parts = poolInSimulatedTime({ min: 1, clock }, {}, () => ({
    connect: ({ onLost }) => driver.connect({ signal: new AbortController().signal, onLost }),
    destroy: connection => driver.destroy(connection),
  }))
  const closing = watch(parts.pool.close())
  await clock.advance(0)
  expect(closing.state).toBe('fulfilled')
  await clock.advance(100)
  expect(database).toMatchObject({ open: 0, totals: { opened: 1, destroyed: 1 } })
})

it('within needsReset, which says that all is well: the callers in line are served by another one', async () => {
  let done = false
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 }, {}, driver => ({
    needsReset() {
      if (!done) for (const connection of driver.database.connections) driver.database.kill(connection)
      done = true
      return false
    },
  }))
  await clock.advance(100)
  const lease = await pool.acquire()
  const next = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  const afterNext = watch(pool.acquire({ timeout: Number.POSITIVE_INFINITY }))
  lease.release()
  await clock.advance(100)
  expect(next.value?.connection.id).toBe(2)
  next.value?.release()
  await clock.advance(0)
  expect(afterNext.value?.connection.id).toBe(2)
  expect(database).toMatchObject({ open: 1, peak: 1 })
})
