// Callers see their own AsyncLocalStorage store; what the pool does of its own accord carries no caller's store.
import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, it } from 'vitest'
import { type SimulatedConnection, simulated } from '../../src/db/simulated/index.js'
import { createPool, type Pool, type PoolOptions } from '../../src/index.js'

const storage = new AsyncLocalStorage<number | string>()

/** A pool in real time whose driver tells in which context it is called. */
function open(options: PoolOptions = {}) {
  const seen = new Map<string, Set<unknown>>()
  const note = (what: string) => seen.set(what, (seen.get(what) ?? new Set()).add(storage.getStore()))
  const driver = simulated({
    connectLatency: 0,
    queryLatency: 0,
    validateLatency: 0,
    closeLatency: 0,
    unhealthyRate: 0,
  })
  const noting = <G extends unknown[], R>(what: string, call: (...given: G) => R) => {
    return (...given: G): R => {
      note(what)
      return call(...given)
    }
  }
  const noted = {
    ...driver,
    connect: noting('connect', driver.connect),
    validate: noting('validate', driver.validate),
    needsReset: () => true,
    reset: noting('reset', async () => {}),
    close: noting('close', driver.close),
    destroy: noting('destroy', driver.destroy),
  }
  const pool = createPool(noted as typeof driver, { min: 0, max: 2, validateAfter: 0, ...options })
  pool.events$.subscribe(() => note('event'))
  return { pool, seen }
}

it('connects, validations, resets, closes, and events run outside of the context of the caller who causes them', async () => {
  const { pool, seen } = open()
  await storage.run('ada', async () => {
    await pool.use(() => {})
    await pool.use(() => {})
    const lease = await pool.acquire()
    lease.destroy()
  })
  await storage.run('bob', () => pool.use(() => {}))
  await storage.run('eve', () => pool.close())
  expect([...seen.keys()].sort()).toEqual(['close', 'connect', 'destroy', 'event', 'reset', 'validate'])
  for (const [what, stores] of seen) expect(stores, what).toEqual(new Set([undefined]))
})

it('a pool that is created within a context does not carry it along', async () => {
  const { pool, seen } = storage.run('ada', () => open({ min: 1 }))
  await pool.ready()
  await pool.close()
  expect(seen.get('connect')).toEqual(new Set([undefined]))
})

const forms: Record<string, (pool: Pool<SimulatedConnection>) => Promise<unknown>> = {
  'acquire, awaited': async pool => {
    const lease = await pool.acquire()
    lease.release()
    return storage.getStore()
  },
  'acquire, then': pool =>
    pool.acquire().then(lease => {
      lease.release()
      return storage.getStore()
    }),
  use: pool => pool.use(() => storage.getStore()),
  transaction: pool => pool.transaction(() => storage.getStore()),
}

it('10,000 callers who wait for ten connections each see their own store', async () => {
  const { pool } = open({ max: 10, validateAfter: false, acquireTimeout: Number.POSITIVE_INFINITY })
  const kinds = Object.values(forms)
  const callers = Array.from({ length: 10_000 }, (_, caller) =>
    storage.run(caller, () => kinds[caller % kinds.length]?.(pool)),
  )
  const stores = await Promise.all(callers)
  expect(stores.filter((store, caller) => store !== caller)).toEqual([])
  await pool.close()
}, 120_000)
