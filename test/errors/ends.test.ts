// What is said of connections and leases that have ended: how, and what was tried with them afterwards.

import { expect, it } from 'vitest'
import type { SimulatedOptions } from '../../src/db/simulated/index.js'
import type { PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

it('a reset that took too long says how long that is, and which option it was', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, resetTimeout: 250 }, { resetHangRate: 1 })
  const ends: unknown[] = []
  pool.events$.subscribe(event => {
    if (event.type === 'connection.closed') ends.push(event.error)
  })
  await clock.advance(100)
  const lease = await pool.acquire()
  await Promise.all([lease.connection.query('BEGIN'), clock.advance(10)])
  lease.release()
  await clock.advance(250)
  expect(ends).toMatchObject([{ code: 'RESET_TIMEOUT' }])
  expect(String(ends[0])).toContain('resetting it after its last use took longer than 250 ms (resetTimeout)')
})

it('a connection that did not pass its validation, or its reset, says what that was', async () => {
  const endOf = async (
    options: PoolOptions,
    settings: SimulatedOptions,
    sql = 'select 1',
  ): Promise<string> => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, ...options }, settings)
    const ends: string[] = []
    pool.events$.subscribe(event => {
      if (event.type === 'connection.closed') ends.push(String(event.error))
    })
    await clock.advance(100)
    watch(pool.use(connection => connection.query(sql)))
    await clock.advance(300)
    return ends[0] as string
  }
  const always = { validateAfter: 0, validateTimeout: 250 }
  expect(await endOf(always, { unhealthyRate: 1 })).toMatch(/connection-1.* its validation failed: \w/)
  expect(await endOf(always, { validateHangRate: 1 })).toContain(
    'its validation took longer than 250 ms (validateTimeout)',
  )
  expect(await endOf({}, { resetFailureRate: 1 }, 'BEGIN')).toMatch(
    /it could not be reset after its last use: \w/,
  )
})

it('a lease that is used after its end says what was tried, and what had happened to it', async () => {
  const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const said = (act: () => unknown): string => {
    try {
      act()
      return 'nothing'
    } catch (error) {
      return (error as Error).message
    }
  }
  const released = await pool.acquire()
  released.release()
  expect(said(() => released.connection)).toContain('it was used after it had been released')
  expect(said(() => released.release())).toContain('it was released again after it had been released')
  expect(said(() => released.destroy())).toContain('it was destroyed again after it had been released')
  for (const end of ['release', 'destroy'] as const) {
    const lost = await pool.acquire()
    database.kill(lost.connection)
    expect(said(() => lost[end]())).toBe('nothing')
    expect(said(() => lost[end]())).toMatch(
      /after it had been released\. Its connection \(connection-1\) was lost or revoked before that/,
    )
    await clock.advance(200)
  }
})
