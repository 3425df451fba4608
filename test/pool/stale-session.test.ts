// A session that only a new one can mend: the driver reports it as stale, and the pool replaces it once it is returned.
import { expect, it } from 'vitest'
import type { ConnectContext, Driver } from '../../src/db/driver.js'
import { createPool } from '../../src/index.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

interface Session {
  readonly number: number
  readonly context: ConnectContext
  closed: boolean
  /** Answers a statement; every session that was open when the table was altered fails, as with a stale plan. */
  query(): Promise<string>
}

const stalePlan = new Error('cached plan must not change result type')

function database() {
  const sessions: Session[] = []
  let generation = 0
  const driver: Driver<Session> = {
    name: 'altered',
    async connect(context) {
      const born = generation
      const session: Session = {
        number: sessions.length + 1,
        context,
        closed: false,
        async query() {
          if (born === generation) return 'ok'
          context.onStale?.(stalePlan)
          throw stalePlan
        },
      }
      sessions.push(session)
      return session
    },
    async validate() {},
    async close(session) {
      session.closed = true
    },
    destroy(session) {
      session.closed = true
    },
    transaction: {
      async begin() {},
      async commit() {},
      async rollback() {},
    },
  }
  return { driver, sessions, alter: () => generation++ }
}

async function open(size: number) {
  const clock = createSimulatedClock()
  const { driver, sessions, alter } = database()
  const pool = createPool(driver, { min: size, max: size, maxConnecting: size, clock, random: () => 0 })
  await clock.advance(10)
  return { pool, clock, sessions, alter }
}

const outcome = (work: Promise<unknown>) => work.catch((error: Error) => error.message)

it('fails once for each session that was open, and is well again', async () => {
  const { pool, clock, alter } = await open(1)
  expect(await pool.use(session => session.query())).toBe('ok')
  alter()
  const outcomes: unknown[] = []
  for (let i = 0; i < 3; i++) {
    outcomes.push(await outcome(pool.use(session => session.query())))
    await clock.advance(10)
  }
  expect(outcomes).toEqual([stalePlan.message, 'ok', 'ok'])
})

it('is closed gracefully once its borrower returns it, and not before', async () => {
  const { pool, clock, sessions, alter } = await open(1)
  alter()
  const lease = await pool.acquire()
  await outcome(lease.connection.query())
  await clock.advance(10)
  expect(sessions[0]?.closed).toBe(false)
  lease.release()
  await clock.advance(10)
  expect([sessions[0]?.closed, sessions.length]).toEqual([true, 2])
})

it('is not seen by a transaction that may be retried, however many sessions are stale', async () => {
  const { pool, alter } = await open(4)
  alter()
  expect(await pool.transaction(session => session.query(), { retry: 1 })).toBe('ok')
})

it('is seen by a transaction that may not be retried', async () => {
  const { pool, alter } = await open(2)
  alter()
  await expect(pool.transaction(session => session.query())).rejects.toBe(stalePlan)
})

it('takes all connections that are open with it when the reason holds for all of them', async () => {
  const { pool, clock, sessions } = await open(3)
  const lease = await pool.acquire()
  lease.connection.context.onStale?.(new Error('read-only'), { all: true })
  lease.connection.context.onStale?.(new Error('read-only'), { all: true })
  lease.release()
  await clock.advance(10)
  expect(sessions.map(({ closed }) => closed)).toEqual([true, true, true, false, false, false])
})

it('says nothing about connections that were opened after it', async () => {
  const { pool, clock, sessions } = await open(2)
  const old = await pool.acquire()
  pool.evict()
  await clock.advance(10)
  old.connection.context.onStale?.(new Error('read-only'), { all: true })
  await clock.advance(10)
  expect(sessions.filter(({ closed }) => closed)).toHaveLength(1)
})

it('takes all connections with it also when the one that reports it is being retired for another reason', async () => {
  const { pool, clock, sessions } = await open(2)
  const leases = [await pool.acquire(), await pool.acquire()]
  pool.resize({ min: 1, max: 1 }) // one of the two goes when it comes back
  const reporter = leases.find(lease => lease.connection.number === 1)
  reporter?.connection.context.onStale?.(new Error('read-only'), { all: true })
  reporter?.connection.context.onStale?.(new Error('read-only'), { all: true })
  for (const lease of leases) lease.release()
  await clock.advance(10)
  expect(sessions.map(({ closed }) => closed)).toEqual([true, true, false])
})

it('is not seen by transactions side by side that may be retried, when the first one takes all connections with it', async () => {
  const { pool, alter } = await open(3)
  alter()
  const work = () =>
    pool.transaction(
      async session => {
        if (session.number <= 3) session.context.onStale?.(stalePlan, { all: true })
        await Promise.resolve()
        return session.query()
      },
      { retry: 1 },
    )
  expect(await Promise.all([work(), work(), work()].map(outcome))).toEqual(['ok', 'ok', 'ok'])
})
