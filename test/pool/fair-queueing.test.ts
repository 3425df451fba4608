// A tenant that asks a hundred times as often as the others does not keep them waiting.
import { describe, expect, it } from 'vitest'
import type { PoolOptions } from '../../src/index.js'
import { type Asked, type Load, openLoop, quantile, waitsOf } from '../support/open-loop.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { cases } from '../support/seeds.js'

const steady: PoolOptions = {
  min: 10,
  max: 10,
  acquireTimeout: 1_000,
  validateAfter: false,
  keepalive: false,
  maxLifetime: Number.POSITIVE_INFINITY,
}

async function openPool(options: PoolOptions = {}) {
  const parts = poolInSimulatedTime({ ...steady, ...options })
  await parts.clock.advance(2_000)
  return parts
}

/** How long leases last, each with a mean of 20 ms. */
const distributions: Record<string, (random: () => number) => number> = {
  'nearly equal': random => 18 + 4 * random(),
  'between 0 and 40 ms': random => 40 * random(),
  exponential: random => -20 * Math.log(1 - random()),
  'short, and one in ten long': random => (random() < 0.1 ? 110 : 10),
}

/** From the call of acquire to the end of the lease. */
const took = (asked: readonly Asked[]): number[] =>
  asked.filter(({ name }) => name === 'quiet').map(({ waited = 0, holds }) => waited + holds)

/** Each gives 150 waits of the quiet tenants. */
const seeds = cases({ all: 60, some: 8 })

describe('with one tenant at 100 times the load of each other', () => {
  const until = 5_000
  const load = (tenant: string | undefined, perSecond: number, holds: Load['holds'], name: string): Load => ({
    ...{ perSecond, holds, until, name },
    ...(tenant !== undefined && { options: { tenant } }),
  })

  async function run(seed: number, holds: Load['holds'], noise: number, isFair = true): Promise<Asked[]> {
    const { pool, clock } = await openPool()
    const quiet = [1, 2, 3, 4, 5].map(each => load(isFair ? `q${each}` : undefined, 6, holds, 'quiet'))
    const loads = noise === 0 ? quiet : [...quiet, load(isFair ? 'noisy' : undefined, noise, holds, 'noisy')]
    return openLoop(pool, clock, loads, seed)
  }

  it.each(Object.entries(distributions))(
    'the 99th percentile of the quiet ones is at most 1.5 times what they have alone: leases %s',
    async (_, holds) => {
      const [alone, beside]: [number[], number[]] = [[], []]
      for (let seed = 1; seed <= seeds; seed++) {
        alone.push(...took(await run(seed, holds, 0)))
        beside.push(...took(await run(seed, holds, 600)))
      }
      expect(alone.length).toBeGreaterThan(130 * seeds)
      expect(beside.length).toBe(alone.length)
      expect(quantile(beside, 0.99) / quantile(alone, 0.99)).toBeLessThanOrEqual(1.5)
    },
  )

  it('without tenants all wait as long as the noisy one', async () => {
    const asked = await run(1, 20, 600, false)
    expect(quantile(took(asked), 0.5)).toBeGreaterThan(500)
  })

  it('serves as many as without tenants, and none of the quiet ones waits in vain', async () => {
    const fair = await run(1, 20, 600)
    const unfair = await run(1, 20, 600, false)
    const served = (asked: readonly Asked[]) => waitsOf(asked).served.length
    expect(served(fair)).toBeGreaterThan(0.99 * served(unfair))
    expect(fair.filter(({ name, refused }) => name === 'quiet' && refused !== undefined)).toEqual([])
  })
})

describe('a caller with a tenant', () => {
  it('gets a free connection at once, however many leases its tenant holds', async () => {
    const { pool } = await openPool()
    const leases = await Promise.all(Array.from({ length: 10 }, () => pool.acquire({ tenant: 'A' })))
    expect(pool.stats()).toMatchObject({ busy: 10, waiting: 0 })
    for (const lease of leases) lease.release()
  })

  it('is listed with its tenant, in the order in which the pool will serve it', async () => {
    const { pool, clock } = await openPool({ max: 1, min: 1 })
    const holder = await pool.acquire()
    const served: string[] = []
    const ask = (tenant?: string) =>
      pool.use(() => void served.push(tenant ?? '–'), tenant === undefined ? {} : { tenant })
    const all = ['A', 'A', 'A', undefined, 'B', undefined].map(ask)
    const listed = pool.waiting().map(({ tenant }) => tenant ?? '–')
    expect(listed).toEqual(['A', '–', 'B', 'A', '–', 'A'])
    expect(pool.waiting().map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6])
    holder.release()
    await Promise.all(all)
    expect(served).toEqual(listed)
    await clock.advance(1)
  })

  it('that gives up, by its timeout or its signal, takes no turn from its tenant or from others', async () => {
    const { pool, clock } = await openPool({ max: 1, min: 1 })
    const holder = await pool.acquire()
    const controller = new AbortController()
    const gone = [
      watch(pool.acquire({ tenant: 'A', timeout: 10 })),
      watch(pool.acquire({ tenant: 'B', signal: controller.signal })),
    ]
    const stays = watch(pool.acquire({ tenant: 'B' }))
    controller.abort()
    await clock.advance(20)
    expect(gone.map(({ state }) => state)).toEqual(['rejected', 'rejected'])
    expect(pool.waiting()).toMatchObject([{ tenant: 'B', position: 1 }])
    holder.release()
    await clock.advance(1)
    expect(stays.state).toBe('fulfilled')
    expect(pool.stats()).toMatchObject({ waiting: 0, timedOut: 1, aborted: 1 })
  })

  it('may be that of a transaction', async () => {
    const { pool, clock } = await openPool({ max: 1, min: 1 })
    const holder = await pool.acquire()
    const done = watch(pool.transaction(() => 1, { tenant: 'A', weight: 2 }))
    expect(pool.waiting()).toMatchObject([{ tenant: 'A' }])
    holder.release()
    await clock.advance(100)
    expect(done.value).toBe(1)
  })

  it.each([
    [{ tenant: '' }, 'tenant'],
    [{ tenant: 7 }, 'tenant'],
    [{ tenant: 'A', weight: 0 }, 'weight'],
    [{ tenant: 'A', weight: 0.001 }, 'weight'],
    [{ tenant: 'A', weight: 101 }, 'weight'],
    [{ tenant: 'A', weight: Number.NaN }, 'weight'],
    [{ tenant: 'A', weight: '2' }, 'weight'],
    [{ weight: 2 }, 'weight'],
  ])('is refused with %j', async (options, option) => {
    const { pool } = await openPool()
    await expect(pool.acquire(options as never)).rejects.toMatchObject({ code: 'OPTIONS_INVALID', option })
    await expect(pool.transaction(() => {}, options as never)).rejects.toMatchObject({ option })
  })
})
