// Sessions of the simulated database that only a new one can mend, that their borrower ended, or on which the server works on.

import { describe, expect, it } from 'vitest'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

describe('a simulated database', () => {
  it('that is altered fails each open session once, and the pool replaces it', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2 })
    await clock.advance(100)
    database.alter()
    const attempts = []
    for (let attempt = 0; attempt < 6; attempt++) {
      const query = watch(pool.use(connection => connection.query('select 1')))
      await clock.advance(500)
      attempts.push(query.state)
    }
    expect(attempts.filter(state => state === 'rejected').length).toBeLessThanOrEqual(2)
    expect(attempts.at(-1)).toBe('fulfilled')
  })

  it('that is demoted fails one session, and the pool replaces all', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2 })
    await clock.advance(100)
    database.demote()
    const query = watch(pool.use(connection => connection.query('insert')))
    await clock.advance(1_000)
    expect(query).toMatchObject({ state: 'rejected', error: { code: '25006' } })
    expect(database.connections.map(({ id }) => id)).toEqual([3, 4])
  })

  it('sees a session that its borrower ended replaced', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1 })
    await clock.advance(100)
    const lease = await pool.acquire()
    void lease.connection.end()
    lease.release()
    const next = watch(pool.acquire())
    await clock.advance(500)
    expect(next.value?.connection).toMatchObject({ id: 2, state: 'open' })
    expect(database.peak).toBe(1)
  })

  it('counts a destroyed session while the server works on, and the pool opens no other one meanwhile', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 0, max: 1 }, { lingerAfterDestroy: 300 })
    const first = watch(pool.acquire())
    await clock.advance(100)
    first.value?.destroy()
    const next = watch(pool.acquire())
    await clock.advance(299)
    expect(database).toMatchObject({ open: 1, connections: [{ id: 1, state: 'destroyed' }] })
    await clock.advance(101)
    expect(next.value?.connection.id).toBe(2)
    expect(database.peak).toBe(1)
  })

  it('gives the second borrower the settings with which the session was set up', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 }, { session: { role: 'app' } })
    await clock.advance(100)
    const changing = watch(pool.use(connection => connection.query('SET role = admin')))
    await clock.advance(100)
    expect(changing.state).toBe('fulfilled')
    const { connection } = await pool.acquire()
    expect(connection).toMatchObject({ id: 1, settings: { role: 'app' } })
  })
})

describe('a simulated process that is frozen', () => {
  it('reads the answer that came before the deadline, and closes nothing', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, connectTimeout: 150 })
    await clock.advance(10)
    await clock.freeze(10_000)
    expect(clock.now()).toBe(10_010)
    expect(pool.stats()).toMatchObject({ idle: 1, failedConnects: 0 })
    expect(database.totals).toMatchObject({ connects: 1, opened: 1, destroyed: 0 })
  })
})
