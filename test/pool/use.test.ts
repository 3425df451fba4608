// pool.use lends a connection for the length of a callback.

import { expect, it, vi } from 'vitest'
import { SimulatedError } from '../../src/db/simulated/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function readyPool(...args: Parameters<typeof poolInSimulatedTime>) {
  const parts = poolInSimulatedTime({ min: 1, max: 1, ...args[0] }, args[1], args[2])
  await parts.clock.advance(100)
  return parts
}

it('answers what the callback answered, and gives the connection back', async () => {
  const { pool, database } = await readyPool()
  const answer = await pool.use((connection, lease) => {
    expect(connection).toBe(database.connections[0])
    expect(lease.connection).toBe(connection)
    expect(pool.stats()).toMatchObject({ busy: 1 })
    return 42
  })
  expect(answer).toBe(42)
  expect(pool.stats()).toMatchObject({ busy: 0, idle: 1, released: 1 })
})

it('waits for what the callback does', async () => {
  const { pool, clock } = await readyPool()
  const using = watch(pool.use(connection => connection.query('SELECT 1')))
  await clock.advance(9)
  expect(pool.stats()).toMatchObject({ busy: 1 })
  await clock.advance(1)
  expect(using.value?.rowCount).toBe(1)
  expect(pool.stats()).toMatchObject({ busy: 0 })
})

it.each([
  [
    'throws',
    () => {
      throw new Error('mine')
    },
  ],
  ['rejects', () => Promise.reject(new Error('mine'))],
])('gives the connection back when the callback %s, and passes the error on', async (_, callback) => {
  const { pool, database } = await readyPool()
  await expect(pool.use(callback)).rejects.toThrow('mine')
  expect(pool.stats()).toMatchObject({ busy: 0, idle: 1 })
  expect(database.totals.destroyed).toBe(0)
})

it('closes the connection when the error means that it is broken', async () => {
  const { pool, clock, database } = await readyPool()
  const fatal = new SimulatedError('08006', 'connection failure', { fatal: true })
  await expect(pool.use(() => Promise.reject(fatal))).rejects.toBe(fatal)
  expect(database.totals.destroyed).toBe(1)
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ idle: 1 })
})

it('keeps the connection after any other error of the database: no reconnect for a unique violation', async () => {
  const { pool, clock, database } = await readyPool({}, { queryFailureRate: 1 })
  for (let query = 0; query < 20; query++) {
    const using = watch(pool.use(connection => connection.query('INSERT')))
    await clock.advance(10)
    expect(using.error).toBeInstanceOf(SimulatedError)
  }
  expect(database.totals.connects).toBe(1)
})

it('leaves alone a lease that the callback gave back or destroyed itself', async () => {
  const { pool, clock } = await readyPool()
  expect(await pool.use((_, lease) => lease.release())).toBe(undefined)
  expect(pool.stats()).toMatchObject({ idle: 1, released: 1 })
  await pool.use((_, lease) => lease.destroy())
  await clock.advance(100)
  expect(pool.stats()).toMatchObject({ idle: 1, closed: 1 })
})

it('survives the loss of the connection under the callback, whose own error is passed on', async () => {
  const { pool, clock, database } = await readyPool()
  const using = watch(
    pool.use(async connection => {
      database.kill(connection)
      await connection.query('SELECT 1')
    }),
  )
  await clock.advance(110)
  expect(using.error).toMatchObject({ code: '08003' })
  expect(pool.stats()).toMatchObject({ idle: 1, lost: 1 })
})

it('does not call the callback when there is no connection, and takes acquire’s options', async () => {
  const { pool, clock } = await readyPool()
  await pool.acquire()
  const callback = vi.fn()
  const using = watch(pool.use(callback, { timeout: 50 }))
  await clock.advance(50)
  expect(using.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT', timeout: 50 })
  expect(callback).not.toHaveBeenCalled()
})
