// Who waits for whom: a caller who wants a connection of its own, and statements beside slow ones.

import { describe, expect, it } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Pool } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

/** So many callers ask for one statement after the other, until they are told to stop. */
function steadyLoad(pool: Pool<SimulatedConnection>, callers: number) {
  let over = false
  const load = { answered: 0, stop: () => {} }
  const caller = async (): Promise<void> => {
    while (!over) {
      await pool.query('select 1')
      load.answered++
    }
  }
  const all = Promise.all(Array.from({ length: callers }, caller))
  load.stop = () => {
    over = true
  }
  return Object.assign(load, { all })
}

describe('a caller who wants a connection of its own, beside a steady load of statements', () => {
  it('waits for no more than the statements that are under way on one connection', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed, 'fairness')
      const max = random.int(1, 4)
      const depth = random.int(1, 8)
      const latency = random.int(1, 10)
      const { pool, clock } = poolInSimulatedTime(
        { min: max, max, share: { depth } },
        { queryLatency: latency, connectLatency: 1 },
      )
      await clock.advance(50)
      // No more callers than fit: those who wait are before it in the queue, and go first.
      const load = steadyLoad(pool, random.int(1, max * depth))
      for (let round = 0; round < 20; round++) {
        await clock.advance(random.int(0, 40))
        const lease = watch(pool.acquire())
        // The one that is asked next to be let go may have begun with a full load at that moment.
        await clock.advance((depth + 1) * latency)
        expect(lease.state, `seed ${seed}, round ${round}`).toBe('fulfilled')
        lease.value?.release()
      }
      load.stop()
      await Promise.all([load.all, clock.advance(500)])
    }
  })

  it('holds up the statements of one connection, and not those of the others', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 4, max: 4, share: { depth: 4 } })
    await clock.advance(500)
    const load = steadyLoad(pool, 16)
    await clock.advance(100)
    const leases = watch(pool.acquire())
    await clock.advance(50)
    expect(leases.state).toBe('fulfilled')
    const before = load.answered
    await clock.advance(1_000)
    expect(load.answered - before).toBeGreaterThan(280) // three of four connections, one statement in 10 ms each
    leases.value?.release()
    load.stop()
    await Promise.all([load.all, clock.advance(500)])
  })

  it('is served in its turn when statements wait, too', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, share: { depth: 2 } })
    await clock.advance(200)
    const load = steadyLoad(pool, 20)
    await clock.advance(100)
    const lease = watch(pool.acquire())
    await clock.advance(250) // 18 are before it, and each takes 10 ms
    expect(lease.state).toBe('fulfilled')
    lease.value?.release()
    load.stop()
    await Promise.all([load.all, clock.advance(1_000)])
  })
})

describe('a caller who wants a connection of its own, beside quick statements that waited for long in a pipeline', () => {
  it('has the connection with the fewest drain, and no other', async () => {
    const { pool, clock } = poolInSimulatedTime(
      { min: 2, max: 2, share: { depth: 8, patience: 50 } },
      { queryLatency: 10 },
    )
    await clock.advance(100)
    const held = await pool.acquire()
    for (let number = 0; number < 8; number++) watch(pool.query('select 1'))
    await clock.advance(61) // two of them are left, on the first connection
    held.release()
    for (let number = 0; number < 6; number++) watch(pool.query('select 2')) // on the second
    const lease = watch(pool.acquire())
    await clock.advance(10)
    watch(pool.query('select 3'))
    expect(pool.stats().waiting).toBe(1) // the caller, and not the statement
    await clock.advance(10)
    expect(lease.state).toBe('fulfilled')
    lease.value?.release()
    await clock.advance(500)
  })
})

describe('a caller who wants a connection of its own, beside slow statements', () => {
  it('waits for a connection of quick ones, however many slow ones have one to themselves', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createRandom(seed, 'slow ones')
      const max = random.int(2, 5)
      const depth = random.int(1, 8)
      const { pool, clock, database } = poolInSimulatedTime({ min: max, max, share: { depth, patience: 50 } })
      await clock.advance(100)
      for (const latency of [10, 200, 200]) {
        database.change({ queryLatency: latency })
        await Promise.all([pool.query('select slow'), clock.advance(latency)])
      }
      database.change({ queryLatency: 10_000 })
      const slow = Array.from({ length: random.int(1, max - 1) }, () => watch(pool.query('select slow')))
      await clock.advance(1)
      database.change({ queryLatency: 10 })
      const load = steadyLoad(pool, random.int(1, (max - slow.length) * depth))
      await clock.advance(random.int(10, 50))
      const lease = watch(pool.acquire())
      await clock.advance((depth + 1) * 10)
      expect([lease.state, ...slow.map(({ state }) => state)], `seed ${seed}`).toEqual([
        'fulfilled',
        ...slow.map(() => 'pending'),
      ])
      lease.value?.release()
      load.stop()
      await Promise.all([load.all, clock.advance(12_000)])
    }
  })

  it('has another connection let go when a statement on the first turns out to be slow', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 2, max: 2, share: { patience: 50 } })
    await clock.advance(100)
    watch(pool.query('select 1'))
    await clock.advance(3)
    watch(pool.query('select 2')) // on the second connection, which has the next one, too
    const slow = watch(pool.query('select slow'))
    watch(pool.query('select 3'))
    watch(pool.query('select 4'))
    const lease = watch(pool.acquire()) // the second is to be let go: it has fewer
    const load = steadyLoad(pool, 2)
    await clock.advance(8)
    database.change({ queryLatency: 10_000 })
    await clock.advance(3)
    database.change({ queryLatency: 10 })
    await clock.advance(40)
    expect([lease.state, slow.state]).toEqual(['pending', 'pending'])
    await clock.advance(80)
    expect([lease.state, slow.state]).toEqual(['fulfilled', 'pending'])
    lease.value?.release()
    load.stop()
    await Promise.all([load.all, clock.advance(12_000)])
  })
})

describe('under a steady load, a connection', () => {
  /** Two connections, of which one has a statement under way that takes so long: how many times one was given back in 40 ms, and what was answered. */
  async function besideStatementOf(latency: number) {
    const { pool, clock, database } = poolInSimulatedTime({
      min: 2,
      max: 2,
      share: { depth: 4, patience: 50 },
    })
    await clock.advance(100)
    database.change({ queryLatency: latency })
    watch(pool.query('select 1'))
    await clock.advance(1)
    database.change({ queryLatency: 1 })
    const load = steadyLoad(pool, 20)
    await clock.advance(1)
    const before = { released: pool.stats().released, answered: load.answered }
    await clock.advance(40)
    const released = pool.stats().released - before.released
    const answered = load.answered - before.answered
    load.stop()
    await Promise.all([load.all, clock.advance(500)])
    return { released, answered }
  }

  it('rests every few statements, until all are answered, while those of another wait for an answer', async () => {
    const { released, answered } = await besideStatementOf(45)
    expect(released).toBeGreaterThanOrEqual(2)
    expect(answered).toBeGreaterThan(35) // of 40
  })

  it('goes on while those of others are answered, too', async () => {
    const { released, answered } = await besideStatementOf(2)
    expect(released).toBe(0)
    expect(answered).toBeGreaterThan(75) // of 80
  })
})

describe('a statement that was slow twice', () => {
  /** One connection, on which a statement of some kind has taken long twice. */
  async function slow() {
    const world = poolInSimulatedTime({ min: 1, max: 1, share: { depth: 8, patience: 50 } })
    const { pool, clock, database } = world
    await clock.advance(100)
    for (const latency of [10, 200, 200]) {
      database.change({ queryLatency: latency })
      await Promise.all([pool.query('select slow'), clock.advance(latency)])
    }
    return { ...world, run: (text: string) => watch(pool.query(text)) }
  }

  it('has a connection to itself: no other is sent behind it, or before it', async () => {
    const { clock, run, database } = await slow()
    const first = run('select slow')
    await clock.advance(1)
    database.change({ queryLatency: 10 })
    const behind = run('select quick')
    await clock.advance(100)
    expect(database.connections.map(({ running }) => running)).toEqual([1])
    expect(behind.state).toBe('pending')
    await clock.advance(110)
    expect([first.state, behind.state]).toEqual(['fulfilled', 'fulfilled'])
  })

  it('waits for such a connection as a lease does, while others share', async () => {
    const { clock, run, database } = await slow()
    database.change({ queryLatency: 10 })
    const quick = [run('select 1'), run('select 2'), run('select 3')]
    const own = run('select slow')
    const late = run('select 4')
    await clock.advance(30)
    expect(quick.every(({ state }) => state === 'fulfilled')).toBe(true)
    expect([own.state, late.state]).toEqual(['pending', 'pending'])
    await clock.advance(20)
    expect([own.state, late.state]).toEqual(['fulfilled', 'fulfilled'])
  })

  it('shares again once it was quick', async () => {
    const { clock, run, database } = await slow()
    database.change({ queryLatency: 10 })
    run('select slow')
    await clock.advance(10)
    run('select slow')
    run('select quick')
    expect(database.connections.map(({ running }) => running)).toEqual([2])
    await clock.advance(20)
  })

  it('is not one when all are slow: then it is the server', async () => {
    const { pool, clock, database } = poolInSimulatedTime({ min: 1, max: 1, share: true })
    await clock.advance(100)
    for (let time = 0; time < 120; time++) {
      database.change({ queryLatency: time === 0 ? 1 : 60 })
      await Promise.all([pool.query(`select ${time % 30}`), clock.advance(60)])
    }
    watch(pool.query('select 1'))
    watch(pool.query('select 2'))
    expect(database.connections.map(({ running }) => running)).toEqual([2])
    await clock.advance(200)
  })

  it('is not one because its server is far away', async () => {
    const { pool, clock, database } = poolInSimulatedTime(
      { min: 1, max: 1, share: true },
      { queryLatency: 300 },
    )
    await clock.advance(100)
    for (let time = 0; time < 3; time++) await Promise.all([pool.query('select far'), clock.advance(300)])
    watch(pool.query('select far'))
    watch(pool.query('select far'))
    expect(database.connections.map(({ running }) => running)).toEqual([2])
    await clock.advance(600)
  })
})
