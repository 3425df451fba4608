// The stack of each error that the pool makes leads to the code that asked, without leakWarning.
import { expect, it } from 'vitest'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Lease, Pool } from '../../src/index.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

type SimulatedPool = Pool<SimulatedConnection>

const forms: Record<string, (pool: SimulatedPool, signal?: AbortSignal) => Promise<unknown>> = {
  acquire: async function findOrders(pool, signal) {
    return await pool.acquire({ signal })
  },
  use: async function findOrders(pool, signal) {
    return await pool.use(() => {}, { signal })
  },
  transaction: async function findOrders(pool, signal) {
    return await pool.transaction(() => {}, { signal })
  },
}

const ends: Record<
  string,
  (pool: SimulatedPool, lease: Lease<SimulatedConnection>, abort: () => void) => unknown
> = {
  ACQUIRE_TIMEOUT: () => {},
  ACQUIRE_ABORTED: (_pool, _lease, abort) => abort(),
  POOL_CLOSED: pool => pool.close().catch(() => {}),
}

for (const [code, end] of Object.entries(ends)) {
  it.each(Object.keys(forms))(`${code}, in %s()`, async form => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, acquireTimeout: 300, drainTimeout: 0 })
    await clock.advance(100)
    const lease = await pool.acquire()
    const controller = new AbortController()
    const stacks = Array.from({ length: 2 }, () =>
      forms[form]?.(pool, controller.signal).then(
        () => 'it was served',
        (error: Error & { code: string }) => `${error.code} ${error.stack}`,
      ),
    )
    await clock.advance(0)
    end(pool, lease, () => controller.abort())
    await clock.advance(1_000)
    for (const stack of await Promise.all(stacks)) {
      expect(stack).toContain(code)
      expect(stack).toMatch(/findOrders/)
    }
  })
}

it('a refusal at once leads there, too', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 0 })
  await clock.advance(100)
  await pool.acquire()
  const error = await forms.acquire?.(pool).catch((refused: Error) => refused)
  expect((error as Error).stack).toMatch(/QueueFullError.*findOrders/s)
})

/** How `ready()` is told that it is in vain, and by whom. */
const failures: Record<string, (of: ReturnType<typeof poolInSimulatedTime>) => unknown> = {
  CONNECT_FAILED: ({ database }) => database.stop(),
  POOL_CLOSED: ({ pool }) => pool.close(),
  'POOL_CLOSED by the end of its actor': ({ pool }) => pool.actor.stop(),
}

it.each(Object.entries(failures))(
  '%s, in ready(): each caller has an error of its own',
  async (code, fail) => {
    const simulated = poolInSimulatedTime({ min: 1 })
    async function startOrders(): Promise<void> {
      await simulated.pool.ready()
    }
    async function startShop(): Promise<void> {
      await simulated.pool.ready()
    }
    const refused = [startOrders(), startShop()].map(start => start.catch((error: unknown) => error))
    fail(simulated)
    await simulated.clock.advance(1_000)
    const [orders, shop] = (await Promise.all(refused)) as (Error & { code: string })[]
    expect(orders).not.toBe(shop)
    expect(orders?.stack).toMatch(/startOrders/)
    expect(shop?.stack).toMatch(/startShop/)
    for (const error of [orders, shop]) expect(code.startsWith(String(error?.code))).toBe(true)
  },
)
