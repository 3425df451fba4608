// pool.query() with the option `share`: several statements are under way on one connection, and none notices the others.

import { describe, expect, it } from 'vitest'
import type { SimulatedConnection, SimulatedResult } from '../../src/db/simulated/index.js'
import type { Pool, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const share = (options: PoolOptions = {}) => poolInSimulatedTime({ min: 1, max: 1, share: true, ...options })

/** The texts that were answered, in the order of their answers, and what failed. */
function runAll(pool: Pool<SimulatedConnection>, texts: readonly string[]): string[] {
  const answers: string[] = []
  for (const text of texts)
    pool.query<SimulatedResult>(text).then(
      ({ rows: [row] }) => answers.push(`${row?.sql} on ${row?.connection}`),
      (error: { code?: string }) => answers.push(`${text}: ${error.code}`),
    )
  return answers
}

const numbered = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_, i) => `select ${from + i}`)

describe('statements that share connections', () => {
  it('are under way on one connection at the same time, and each gets its own answer', async () => {
    const { pool, clock } = share()
    await clock.advance(100)
    const answers = runAll(pool, numbered(5))
    expect(pool.stats()).toMatchObject({ busy: 1, waiting: 0 })
    await clock.advance(50)
    expect(answers).toEqual(numbered(5).map(text => `${text} on 1`))
    expect(pool.stats()).toMatchObject({ busy: 0, idle: 1 })
  })

  it('are told by the figures: the connections that they share, how many are under way, and how many there were', async () => {
    const { pool, clock } = share({ min: 2, max: 2 })
    await clock.advance(200)
    const lease = await pool.acquire()
    runAll(pool, numbered(3))
    expect(pool.stats()).toMatchObject({ busy: 2, shared: 1, underWay: 3, statements: 3 })
    await clock.advance(15)
    expect(pool.stats()).toMatchObject({ shared: 1, underWay: 2, statements: 3 })
    await clock.advance(50)
    expect(pool.stats()).toMatchObject({ busy: 1, shared: 0, underWay: 0, statements: 3 })
    lease.release()
  })

  it('are no more on one connection than the depth; the others wait', async () => {
    const { pool, clock, database } = share({ share: { depth: 3 } })
    await clock.advance(100)
    const [connection] = database.connections
    const answers = runAll(pool, numbered(7))
    for (let ms = 0; ms <= 70; ms += 10) {
      expect(connection?.running).toBe(Math.min(3, 7 - ms / 10))
      await clock.advance(10)
    }
    expect(answers).toEqual(numbered(7).map(text => `${text} on 1`))
  })

  it('take idle connections first, and then the connection with the fewest', async () => {
    const { pool, clock } = share({ min: 3, max: 3 })
    await clock.advance(300)
    const answers = runAll(pool, numbered(6))
    expect(pool.stats().busy).toBe(3)
    await clock.advance(20)
    const used = answers.map(answer => answer.split(' on ')[1])
    expect(used.slice(0, 3).sort()).toEqual(['1', '2', '3'])
    expect(used.slice(3).sort()).toEqual(['1', '2', '3'])
  })

  it('open connections up to max while they wait for the first', async () => {
    const { pool, clock, database } = share({ min: 0, max: 3, maxConnecting: 3 })
    const answers = runAll(pool, numbered(6))
    await clock.advance(200)
    expect(answers).toHaveLength(6)
    expect(database.totals.connects).toBe(3)
  })

  it('are not sent behind one that has been under way for longer than the patience', async () => {
    const { pool, clock, database } = share({ min: 2, max: 2, share: { depth: 8, patience: 50 } })
    await clock.advance(200)
    database.change({ queryLatency: 1_000 })
    const slow = runAll(pool, numbered(2))
    await clock.advance(60)
    database.change({ queryLatency: 1 })
    const late = runAll(pool, ['select late'])
    expect(pool.stats().waiting).toBe(1)
    await clock.advance(950)
    expect(slow).toHaveLength(2)
    await clock.advance(10)
    expect(late).toHaveLength(1)
  })

  it('fail alone', async () => {
    const { pool, clock, database } = share()
    await clock.advance(100)
    database.change({ queryFailureRate: 1 })
    const answers = runAll(pool, numbered(3))
    await clock.advance(10)
    database.change({ queryFailureRate: 0 })
    await clock.advance(20)
    expect(answers).toEqual(['select 1: XX000', 'select 2 on 1', 'select 3 on 1'])
    expect(database.totals.connects).toBe(1)
  })

  it('leave a connection to whoever wants one of their own, once those under way are answered', async () => {
    const { pool, clock } = share()
    await clock.advance(100)
    const before = runAll(pool, numbered(3))
    const lease = watch(pool.acquire())
    const after = runAll(pool, numbered(3, 4))
    await clock.advance(20)
    expect(lease.state).toBe('pending')
    await clock.advance(10)
    expect(before).toHaveLength(3)
    expect(lease.value?.held).toBe(true)
    expect(lease.value?.connection.running).toBe(0)
    await clock.advance(100)
    expect(after).toEqual([])
    lease.value?.release()
    await clock.advance(30)
    expect(after).toHaveLength(3)
  })

  it('never share with one that changes the session', async () => {
    const { pool, clock, database } = share({ min: 2, max: 2 })
    await clock.advance(200)
    const shared = runAll(pool, numbered(2))
    const begun = runAll(pool, ['begin'])
    const later = runAll(pool, numbered(2, 3))
    await clock.advance(200)
    expect(shared).toHaveLength(2)
    expect(begun).toHaveLength(1)
    expect(later).toHaveLength(2)
    expect(database.totals.resets).toBe(1)
    expect(database.connections.map(({ transaction }) => transaction)).toEqual(['none', 'none'])
  })

  it('leave a connection in which one of them began a transaction unnoticed, and the next ones do not get it before it was reset', async () => {
    const { pool, clock, database } = share()
    await clock.advance(100)
    const quiet = runAll(pool, ['select begin_quietly()'])
    await clock.advance(10)
    const next = runAll(pool, numbered(3))
    expect(quiet).toHaveLength(1)
    expect(next).toEqual([])
    await clock.advance(10)
    expect(database.totals.resets).toBe(1)
    await clock.advance(30)
    expect(next).toHaveLength(3)
  })

  it('that are under way fail with their connection; the others go to another one', async () => {
    const { pool, clock, database } = share({ share: { depth: 2 } })
    await clock.advance(100)
    const answers = runAll(pool, numbered(4))
    await clock.advance(5)
    for (const connection of database.connections) database.kill(connection)
    await clock.advance(0)
    expect(answers).toHaveLength(2)
    expect(answers.every(answer => /: (08|CONN|57)/.test(answer))).toBe(true)
    await clock.advance(1_000)
    expect(answers.slice(2)).toEqual(['select 3 on 2', 'select 4 on 2'])
  })

  it('go elsewhere when the connection that they were to have is lost at that moment', async () => {
    const { pool, clock, database } = share()
    await clock.advance(100)
    const lease = await pool.acquire()
    const answers = runAll(pool, ['select 1'])
    lease.release()
    for (const connection of database.connections) database.kill(connection)
    await clock.advance(1_000)
    expect(answers).toEqual(['select 1 on 2'])
  })

  it('keep their place in the line, when that happens', async () => {
    const { pool, clock, database } = share()
    await clock.advance(100)
    const lease = await pool.acquire()
    const answers = runAll(pool, numbered(3))
    lease.release()
    for (const connection of database.connections) database.kill(connection)
    await clock.advance(1_000)
    // The second one's request was served next; the first goes before the third.
    expect(answers).toEqual(['select 2 on 2', 'select 1 on 2', 'select 3 on 2'])
  })

  it('that wait too long are told why', async () => {
    const { pool, clock } = share({ acquireTimeout: 100 })
    await clock.advance(100)
    const lease = await pool.acquire()
    const answers = runAll(pool, numbered(2))
    await clock.advance(100)
    expect(answers).toEqual(['select 1: ACQUIRE_TIMEOUT', 'select 2: ACQUIRE_TIMEOUT'])
    lease.release()
    await clock.advance(10)
    expect(pool.stats()).toMatchObject({ idle: 1, waiting: 0 })
  })

  it('are answered by a pool that closes if they are under way, and refused if they wait', async () => {
    const { pool, clock } = share({ share: { depth: 2 } })
    await clock.advance(100)
    const answers = runAll(pool, numbered(3))
    const closed = watch(pool.close())
    await clock.advance(50)
    expect(answers).toEqual(['select 3: POOL_CLOSED', 'select 1 on 1', 'select 2 on 1'])
    expect(closed.state).toBe('fulfilled')
  })

  it('wait while the pool is paused, also beside those that are under way', async () => {
    const { pool, clock } = share()
    await clock.advance(100)
    const before = runAll(pool, numbered(2))
    pool.pause()
    const during = runAll(pool, numbered(2, 3))
    await clock.advance(200)
    expect([before.length, during.length]).toEqual([2, 0])
    pool.resume()
    await clock.advance(50)
    expect(during).toHaveLength(2)
  })

  it('are refused once the pool closes, also beside those that are under way', async () => {
    const { pool, clock } = share()
    await clock.advance(100)
    const before = runAll(pool, numbered(2))
    watch(pool.close())
    const after = runAll(pool, ['select 3'])
    await clock.advance(50)
    expect(before).toHaveLength(2)
    expect(after).toEqual(['select 3: POOL_CLOSED'])
  })

  it('under a steady load give their connection back once a second: it grows old, is used up, and is no leak', async () => {
    const { pool, clock, database } = share({ leakWarning: 4_000, maxUses: 3 })
    const leaks: string[] = []
    pool.events$.subscribe(({ type }) => leaks.push(type))
    await clock.advance(100)
    let answered = 0
    let over = false
    const caller = async (): Promise<void> => {
      while (!over) {
        await pool.query('select 1')
        answered++
      }
    }
    const callers = Promise.all([caller(), caller(), caller()])
    await clock.advance(10_000)
    over = true
    await Promise.all([callers, clock.advance(100)])
    expect(answered).toBeGreaterThan(900)
    expect(leaks).not.toContain('lease.leaked')
    expect(database.totals.closed).toBeGreaterThanOrEqual(2)
  })

  it('leave nothing behind: neither timers nor leases', async () => {
    const { pool, clock } = share()
    await clock.advance(100)
    runAll(pool, numbered(20))
    await clock.advance(300)
    expect(pool.stats()).toMatchObject({ busy: 0, idle: 1, waiting: 0 })
    expect(pool.leases()).toEqual([])
    await Promise.all([pool.close(), clock.advance(100)])
    expect(clock.pending).toBe(0)
  })
})

describe('without the option', () => {
  it('pool.query() has a connection of its own', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    await clock.advance(100)
    const answers = runAll(pool, numbered(2))
    expect(pool.stats()).toMatchObject({ busy: 1, waiting: 1 })
    await clock.advance(20)
    expect(answers).toEqual(['select 1 on 1', 'select 2 on 1'])
  })

  it('a driver that runs no statements says what to do instead', async () => {
    const { pool } = poolInSimulatedTime({ min: 0 }, {}, () => ({ share: undefined }))
    await expect(pool.query('select 1')).rejects.toThrow('pool.use(connection => …)')
  })
})

describe('the option share', () => {
  it.each([
    [{ depth: 0 }, 'share.depth'],
    [{ depth: 1.5 }, 'share.depth'],
    [{ patience: -1 }, 'share.patience'],
    [{ deep: 3 }, 'deep'],
    ['yes', 'share'],
  ])('refuses %j by its name', (value, name) => {
    expect(() => poolInSimulatedTime({ share: value as never })).toThrow(name)
  })

  it('is refused for a driver that cannot share', () => {
    expect(() => poolInSimulatedTime({ share: true }, {}, () => ({ share: undefined }))).toThrow(
      'The driver simulated cannot have several statements under way',
    )
  })
})
