// What keeps the process alive, and what does not: connections by what the driver is asked for, timers by the clock's unref.

import { describe, expect, it } from 'vitest'
import type { Clock, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool, and how many of its timers would keep a process alive. */
function pool(options: PoolOptions, settings = {}) {
  const holding = new Set<unknown>()
  let time: Clock | undefined // the simulated one, which is made with the pool
  const parts = poolInSimulatedTime(
    {
      ...options,
      clock: {
        now: () => (time as Clock).now(),
        setTimeout: (callback, delay) => {
          const timer = (time as Clock).setTimeout(() => {
            holding.delete(timer)
            callback()
          }, delay)
          holding.add(timer)
          return timer
        },
        clearTimeout: timer => {
          holding.delete(timer)
          time?.clearTimeout(timer)
        },
        unref: timer => holding.delete(timer),
      },
    },
    settings,
    (_driver, clock) => {
      time = clock
      return {}
    },
  )
  const referenced = () => parts.database.connections.filter(each => each.referenced).length
  return { ...parts, holding, referenced }
}

describe('with allowExitOnIdle', () => {
  it('the driver is asked to hold the process while a connection is opened, lent or closed, and only then', async () => {
    const { pool: it, clock, referenced } = pool({ min: 2, max: 2, allowExitOnIdle: true })
    expect(referenced()).toBe(2)
    await clock.advance(100)
    expect(referenced()).toBe(0)
    const lease = await it.acquire()
    expect(referenced()).toBe(1)
    lease.release()
    expect(referenced()).toBe(0)
    const closed = watch(it.close())
    expect(referenced()).toBe(2)
    await clock.advance(10)
    expect(closed.state).toBe('fulfilled')
  })

  it('a back-off holds it only while somebody waits for a connection, or for the pool to be ready', async () => {
    const {
      pool: it,
      clock,
      holding,
    } = pool({ min: 1, max: 1, allowExitOnIdle: true }, { connectFailureRate: 1 })
    await clock.advance(100)
    expect(it.stats().state).toBe('backingOff')
    expect(holding.size).toBe(0)
    const ready = watch(it.ready())
    expect(holding.size).toBe(1)
    await clock.advance(1_000)
    expect(ready.state).toBe('rejected')
    watch(it.acquire({ timeout: Number.POSITIVE_INFINITY }))
    for (let tries = 0; tries < 3; tries++) {
      await clock.advance(1_000)
      expect(holding.size, 'the next back-off, or a connect').toBe(1)
    }
  })

  it('a back-off that was shortened for a caller who was refused holds it no more than others', async () => {
    const {
      pool: it,
      clock,
      holding,
      database,
    } = pool({ min: 1, max: 1, allowExitOnIdle: true, whenDown: 'fail' })
    database.stop()
    await clock.advance(10_000)
    for (let tries = 0; it.stats().connecting > 0 && tries < 100; tries++) await clock.advance(10)
    expect([it.actor.getSnapshot().value, holding.size]).toEqual([{ backingOff: 'waiting' }, 0])
    await expect(it.acquire()).rejects.toMatchObject({ code: 'DATABASE_DOWN' })
    expect([it.actor.getSnapshot().value, holding.size]).toEqual([{ backingOff: 'urged' }, 0])
  })
})

describe('with allowExitOnIdle off', () => {
  it('the driver is asked nothing about it', async () => {
    const { pool: it, clock, referenced } = pool({ min: 2, allowExitOnIdle: false })
    await clock.advance(100)
    await it.use(() => {})
    expect(referenced()).toBe(2)
  })

  it('a back-off holds it', async () => {
    const { clock, holding } = pool({ min: 1, max: 1, allowExitOnIdle: false }, { connectFailureRate: 1 })
    await clock.advance(100)
    expect(holding.size).toBe(1)
  })

  it('looking after idle connections and lent ones does not; waiting for one does', async () => {
    const { pool: it, clock, holding } = pool({ min: 1, max: 1, leakWarning: 1_000 })
    expect(holding.size, 'the limit of a connect').toBe(1)
    await clock.advance(100)
    await it.acquire()
    expect([holding.size, clock.pending]).toEqual([0, 2])
    watch(it.acquire())
    expect(holding.size).toBe(1)
  })

  it('neither does looking again whether another connection is worth opening', async () => {
    const { pool: it, clock, holding } = pool({ min: 1, max: 2 })
    await clock.advance(100)
    const lease = await it.acquire()
    lease.release()
    const held = await it.acquire()
    const before = clock.pending
    watch(it.acquire({ timeout: Number.POSITIVE_INFINITY }))
    expect(
      [holding.size, clock.pending - before],
      'the limit of the connect; the database, which answers, and the next look',
    ).toEqual([1, 3])
    held.release()
  })
})
