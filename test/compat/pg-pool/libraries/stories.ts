// What every query builder must be able to do on the drop-in, and on its bad days: told once, of all of them.

import { expect, it } from 'vitest'
import type { Pool, PoolConfig } from '../../../../src/db/pg/index.js'
import { createSimulatedClock } from '../../../support/simulated-clock.js'
import { until } from '../../../support/until.js'
import type { Open, QueryBuilder } from './query-builder.js'
import { pidOf, type Stage } from './stage.js'

const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

export function tellStories(stage: Stage, open: Open): void {
  const start = (config?: PoolConfig): { pool: Pool; db: QueryBuilder } => {
    const pool = stage.pool(config)
    return { pool, db: open(pool, stage.table) }
  }

  it('queries run side by side, on no more clients than there may be', async () => {
    const { pool, db } = start({ max: 3 })
    await Promise.all(times(30).map(id => db.insert(id, `pet ${id}`)))
    expect(await db.names()).toEqual(times(30).map(id => `pet ${id}`))
    expect(await stage.backends.count()).toBeLessThanOrEqual(3)
    expect(pool.statepool.stats()).toMatchObject({ busy: 0, waiting: 0 })
  })

  it('a transaction runs on one client, unseen by others, and commits', async () => {
    const { db } = start({ max: 3 })
    await db.transaction(async tx => {
      const own = await pidOf(tx)
      await tx.insert(1, 'Rex')
      const others = await Promise.all(times(4).map(() => pidOf(db)))
      expect(others).not.toContain(own)
      expect(await db.names()).toEqual([])
      expect(await pidOf(tx)).toBe(own)
    })
    expect(await db.names()).toEqual(['Rex'])
  })

  it('what throws is rolled back, and its client lent on, clean', async () => {
    const { pool, db } = start({ max: 1 })
    const error = new Error('not like this')
    const failed = db.transaction(async tx => {
      await tx.insert(1, 'Rex')
      throw error
    })
    await expect(failed).rejects.toBe(error)
    expect(await db.names()).toEqual([])
    expect(await pool.statepool.use(client => stage.backends.stateOf(client))).toBe('idle')
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, closed: 0, total: 1, busy: 0 })
  })

  it('statements that fail cost no connection, in transactions and outside', async () => {
    const { pool, db } = start({ max: 1 })
    await db.insert(1, 'Rex')
    for (const session of times(20)) {
      const failed = session % 2 ? db.insert(1, 'Max') : db.transaction(tx => tx.insert(1, 'Max'))
      expect(db.reasonOf(await failed.catch(error => error))).toMatchObject({ code: '23505' })
    }
    expect(await db.names()).toEqual(['Rex'])
    expect(pool.statepool.stats()).toMatchObject({ opened: 1, closed: 0 })
  })

  it('when all clients are lent, who waits too long is told who has them, and the next one is served', async () => {
    const clock = createSimulatedClock()
    const { pool, db } = start({ max: 2, connectionTimeoutMillis: 5_000, statepool: { clock } })
    const [first, second] = await Promise.all([occupy(db), occupy(db)])
    const late = db.names().catch(error => db.reasonOf(error))
    await until(() => pool.waitingCount === 1, 'somebody waits')
    await clock.advance(5_000)
    expect(await late).toMatchObject({
      code: 'ACQUIRE_TIMEOUT',
      message: expect.stringMatching(/^timeout exceeded when trying to connect\. .*leased/s),
      holders: [{ heldFor: 5_000 }, { heldFor: 5_000 }],
    })
    const served = db.names()
    await until(() => pool.waitingCount === 1, 'somebody waits')
    await first()
    expect(await served).toEqual([])
    await second()
    expect(pool.statepool.stats()).toMatchObject({ busy: 0, waiting: 0 })
  })

  it('when all backends are terminated, the queries under way fail, and those who wait are served', async () => {
    const { pool, db } = start({ max: 3 })
    const flying = times(3).map(() => db.rows('SELECT pg_sleep(60)').catch(error => db.reasonOf(error)))
    await until(async () => (await stage.active()) === 3, 'three queries run')
    const waiting = times(10).map(() => db.rows('SELECT 42 AS answer'))
    await stage.backends.terminateAll()
    for (const reason of await Promise.all(flying)) expect(reason).toMatchObject({ code: '57P01' })
    for (const rows of await Promise.all(waiting)) expect(rows).toEqual([{ answer: 42 }])
    expect(pool.statepool.stats()).toMatchObject({ busy: 0, waiting: 0 })
  })

  it('when idle backends are terminated, nobody notices', async () => {
    const { pool, db } = start({ max: 3, statepool: { min: 3 } })
    await pool.statepool.ready()
    await stage.loseAll(pool)
    await Promise.all(times(5).map(() => db.names()))
    await stage.loseAll(pool)
    await db.transaction(tx => tx.names())
  })

  it('a transaction whose backend is terminated fails, with the error of its rollback, and costs the pool nothing', async () => {
    const { pool, db } = start({ max: 1 })
    const reasons: unknown[] = []
    pool.statepool.events$.subscribe(event => {
      if (event.type === 'connection.lost') reasons.push(event.error)
    })
    const failed = db.transaction(async tx => {
      await tx.insert(1, 'Rex')
      await stage.backends.terminateAll()
      await until(() => reasons.length === 1, 'the pool has noticed')
      await tx.insert(2, 'Mia')
    })
    const reason = db.reasonOf(await failed.catch(error => error))
    expect(String(reason)).toContain('Client has encountered a connection error and is not queryable')
    expect(reasons).toMatchObject([{ code: '57P01' }])
    expect(await db.names()).toEqual([])
    await db.transaction(tx => tx.insert(3, 'Max'))
    expect(await db.names()).toEqual(['Max'])
    expect(pool.statepool.stats()).toMatchObject({ opened: 2, lost: 1, busy: 0 })
  })

  it('when no connection can be opened, they give the error of the driver', async () => {
    const { db } = start({ port: 1 })
    for (const fail of [() => db.names(), () => db.transaction(tx => tx.names())])
      expect(db.reasonOf(await fail().catch(error => error))).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('its end waits for what is under way, and leaves no backend', async () => {
    const { pool, db } = start({ max: 3, statepool: { min: 3 } })
    await pool.statepool.ready()
    const finish = await occupy(db, tx => tx.insert(1, 'Rex'))
    expect(await stage.backends.count()).toBe(3)
    const ended = db.end()
    await finish()
    await ended
    expect(await stage.backends.count()).toBe(0)
    expect(pool).toMatchObject({ ended: true, totalCount: 0 })
    await expect(db.names()).rejects.toThrow()
    expect(await open(stage.pool(), stage.table).names()).toEqual(['Rex'])
  })
}

/** Begins a transaction, and returns what ends it; before that it does what it is to do. */
async function occupy(
  db: QueryBuilder,
  last: Parameters<QueryBuilder['transaction']>[0] = async () => {},
): Promise<() => Promise<void>> {
  let finish = (): void => {}
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  return new Promise((resolve, reject) => {
    const done = db.transaction(async tx => {
      await tx.rows('SELECT 1')
      resolve(async () => {
        finish()
        await done
      })
      await finished
      await last(tx)
    })
    done.catch(reject)
  })
}
