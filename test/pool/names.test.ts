// A pool's name: in its events, errors, warnings and snapshot.
import { describe, expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

describe('a pool’s name', () => {
  it('is where its driver connects to, unless it is given one', async () => {
    const driver = { ...simulated(), describe: () => 'orders-db:5432' }
    await using named = createPool(driver, { name: 'its own name', min: 0 })
    await using unnamed = createPool(driver, { min: 0 })
    expect([named.name, unnamed.name]).toEqual(['its own name', 'orders-db:5432'])
  })

  it('gets a number while another open pool has it', async () => {
    const open = () => createPool(simulated(), { name: 'shop', min: 0 })
    const [first, second, third] = [open(), open(), open()]
    expect([first, second, third].map(({ name }) => name)).toEqual(['shop', 'shop#2', 'shop#3'])
    await second.close()
    await using again = open()
    await using fourth = open()
    expect([again.name, fourth.name]).toEqual(['shop#2', 'shop#4'])
    await Promise.all([first.close(), third.close()])
    const others = [open(), open(), open()]
    expect(others.map(({ name }) => name)).toEqual(['shop', 'shop#3', 'shop#5'])
    await Promise.all(others.map(pool => pool.close()))
  })

  it('is in the snapshot, in every event and in every error', async () => {
    const { pool, clock, database } = poolInSimulatedTime({
      name: 'billing',
      min: 0,
      max: 1,
      maxWaiting: 1,
      acquireTimeout: 1_000,
      closeTimeout: 0,
    })
    const events: { pool: string; error?: unknown }[] = []
    pool.events$.subscribe(event => events.push(event))
    const errors: unknown[] = []
    const failing = (promise: Promise<unknown>) => promise.catch(error => errors.push(error))

    const taking = pool.acquire()
    await clock.advance(100)
    const lease = await taking
    void failing(pool.acquire())
    void failing(pool.acquire())
    void failing(pool.acquire({ signal: AbortSignal.abort() }))
    await clock.advance(1_000)
    lease.release()
    void failing(Promise.resolve().then(() => lease.release()))
    database.stop()
    void failing(pool.ready())
    const doomed = watch(pool.acquire())
    await clock.advance(200)
    await pool.close()
    void failing(pool.acquire())
    void failing(pool.ready())
    await clock.advance(0)

    expect(pool.actor.getSnapshot().context.name).toBe('billing')
    expect(new Set(events.map(event => event.pool))).toEqual(new Set(['billing']))
    const told = [...errors, doomed.error] as { code: string; pool: string }[]
    expect(told.map(({ code, pool: name }) => [code, name]).sort()).toEqual(
      [
        'ACQUIRE_ABORTED',
        'ACQUIRE_TIMEOUT',
        'LEASE_RELEASED',
        'POOL_CLOSED',
        'POOL_CLOSED',
        'POOL_CLOSED',
        'QUEUE_FULL',
      ].map(code => [code, 'billing']),
    )
  })

  it.each(['', '  ', 7])('cannot be %j', name => {
    expect(() => createPool(simulated(), { name: name as string })).toThrow('name must be a non-empty string')
  })
})
