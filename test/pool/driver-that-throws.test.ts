// A driver's method that throws synchronously is treated like one that rejects: no crash, no leak, no caller forgotten.

import { expect, it } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** A pool of one connection whose driver throws from one method. */
function poolWith(method: string, options: PoolOptions = {}, times = Number.POSITIVE_INFINITY) {
  let left = times
  return poolInSimulatedTime({ min: 0, max: 1, ...options }, {}, driver => ({
    [method]: (...args: unknown[]) => {
      if (left-- > 0) throw new Error(`${method} throws`)
      return Reflect.apply(Reflect.get(driver, method), driver, args)
    },
  }))
}

it('connect: a failed connect, which is tried again', async () => {
  const { pool, clock } = poolWith('connect', {}, 1)
  const acquiring = watch(pool.acquire())
  await clock.advance(500)
  expect(acquiring.state).toBe('fulfilled')
  expect(pool.stats()).toMatchObject({ failedConnects: 1, opened: 1 })
})

it('validate: a failed validation, and the caller gets another connection', async () => {
  const { pool, clock, database } = poolWith('validate', { min: 1, validateAfter: 0 }, 1)
  await clock.advance(100)
  const acquiring = watch(pool.acquire())
  await clock.advance(0)
  await clock.advance(110)
  expect(acquiring.value?.connection.id).toBe(2)
  expect(database.open).toBe(1)
})

it.each(['needsReset', 'reset'])(
  '%s: the connection is destroyed, and the next caller gets another',
  async method => {
    const { pool, clock, database } = poolWith(method)
    const acquiring = watch(pool.acquire())
    await clock.advance(100)
    acquiring.value?.connection.query('BEGIN')
    await clock.advance(10)
    expect(() => acquiring.value?.release()).not.toThrow()
    const next = watch(pool.acquire())
    await clock.advance(200)
    expect(next.state).toBe('fulfilled')
    expect(next.value?.connection.transaction).toBe('none')
    expect(database).toMatchObject({ open: 1, peak: 1 })
  },
)

it('close: the connection is destroyed instead', async () => {
  const { pool, clock, database } = poolWith('close')
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  acquiring.value?.release()
  const closing = watch(pool.close())
  await clock.advance(0)
  expect(closing.state).toBe('fulfilled')
  expect(database.open).toBe(0)
})

it('destroy: the slot is free all the same', async () => {
  const { pool, clock } = poolWith('destroy')
  const acquiring = watch(pool.acquire())
  await clock.advance(100)
  acquiring.value?.destroy()
  const next = watch(pool.acquire())
  await clock.advance(200)
  expect(next.state).toBe('fulfilled')
})

it.each(['ref', 'unref'])('%s: the lease is granted and given back all the same', async method => {
  const { pool, clock, database } = poolWith(method, { allowExitOnIdle: true })
  for (let use = 0; use < 3; use++) {
    const using = watch(pool.use(() => 'used'))
    await clock.advance(100)
    expect(using.value).toBe('used')
  }
  expect(database.totals.connects).toBe(1)
})

it('isFatal: the connection is not trusted any more, and the caller gets the error of the callback', async () => {
  const { pool, clock, database } = poolWith('isFatal')
  const using = watch(pool.use(() => Promise.reject(new Error('mine'))))
  await clock.advance(100)
  expect(using.error).toMatchObject({ message: 'mine' })
  expect(database.open).toBe(0)
})

it('describe: the driver’s name stands in for it', async () => {
  const { pool, clock, database } = poolWith('describe', { min: 1 })
  database.stop()
  const ready = watch(pool.ready())
  await clock.advance(0)
  expect(ready.error).toMatchObject({ target: 'simulated' })
})

it('connect that resolves to nothing: a failed connect, which says so', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0, max: 1 }, {}, () => ({
    connect: () => Promise.resolve(undefined as never),
  }))
  const acquiring = watch(pool.acquire({ timeout: 1_000 }))
  await clock.advance(1_000)
  expect(acquiring.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', obstacle: 'connects failing' })
  expect(String(acquiring.error)).toMatch(/connect\(\) \(.*\) resolved to undefined, and not to a connection/)
})
