// What keeps a fleet's budget, each held to the same: PostgreSQL itself, Redis through either client, NATS, memory. In real time, on real servers.
import { Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, type TestContext } from 'vitest'
import { postgres } from '../../src/db/pg/index.js'
import { simulated } from '../../src/db/simulated/index.js'
import {
  type Fleet,
  type FleetEngine,
  fleet,
  memoryEngine,
  natsEngine,
  redisEngine,
} from '../../src/fleet/index.js'
import { createPool, type Driver, type Pool, type PoolOptions } from '../../src/index.js'
import { until } from '../support/until.js'

const { cert: _, ...connection } = inject('postgres')
const server = inject('redis')
const hasRedis = 'url' in server
const url = hasRedis ? server.url : 'redis://127.0.0.1'
const ioredis = new Redis(url, { lazyConnect: true })
const nodeRedis = createClient({ url })
const natsServer = inject('nats')
const hasNats = 'servers' in natsServer
let nats: NatsConnection
beforeAll(async () => {
  if (hasNats) nats = await connect({ servers: natsServer.servers })
  if (hasRedis) await Promise.all([ioredis.connect(), nodeRedis.connect()])
})
afterAll(async () => {
  await nats?.close()
  if (!hasRedis) return
  await ioredis.quit()
  nodeRedis.destroy()
})

interface Subject {
  readonly name: string
  driver(fleet: string): Driver<unknown>
  readonly engine: FleetEngine | undefined
}

const anyDatabase = (): Driver<unknown> =>
  simulated({ unhealthyRate: 0, connectLatency: 5, queryLatency: 1 }) as Driver<unknown>
const prefix = `statepool:test:${process.pid}:`
const subjects: readonly Subject[] = [
  {
    name: 'PostgreSQL itself',
    driver: name => postgres({ ...connection, application_name: name }) as Driver<unknown>,
    engine: undefined,
  },
  { name: 'Redis, by ioredis', driver: anyDatabase, engine: redisEngine(ioredis, { prefix }) },
  { name: 'Redis, by node-redis', driver: anyDatabase, engine: redisEngine(nodeRedis, { prefix }) },
  { name: 'NATS', driver: anyDatabase, engine: natsEngine(() => new Kvm(nats).create('contract')) },
  { name: 'memory', driver: anyDatabase, engine: memoryEngine() },
]

let fleets = 0

const able = subjects.filter(
  ({ name }) => (hasRedis || !name.startsWith('Redis')) && (hasNats || name !== 'NATS'),
)

describe.each(able)('a fleet whose budget is kept by $name', ({ driver, engine }) => {
  // Side by side: they mostly wait for each other's reports.
  function fleetOf(connections: number, { onTestFinished }: TestContext) {
    const name = `contract_${process.pid}_${++fleets}`
    const pools: Pool<unknown>[] = []
    let most = 0
    // Without a floor: on a busy machine an answer may come late, and then each pool has the floor beside the budget.
    const partOf = (): Fleet => fleet({ name, connections, ...(engine && { engine, ttl: 1_000, floor: 0 }) })
    /** As if each pool were in a process of its own. */
    const add = (options: PoolOptions<unknown> = {}): Pool<unknown> => {
      const pool = createPool(driver(name), { max: connections, fleet: partOf(), ...options })
      pools.push(pool)
      onTestFinished(() => pool.close({ timeout: 0 }))
      return pool
    }
    const established = ({ idle, busy, validating, closing }: ReturnType<Pool<unknown>['stats']>): number =>
      idle + busy + validating + closing
    const look = (): number[] => {
      const sizes = pools.map(pool => established(pool.stats()))
      most = Math.max(
        most,
        sizes.reduce((sum, size) => sum + size, 0),
      )
      return sizes
    }
    const watch = setInterval(look, 5)
    onTestFinished(() => clearInterval(watch))
    return {
      name,
      add,
      look,
      get most() {
        look()
        return most
      },
      busy(pool: Pool<unknown>, callers: number): { stop(): void } {
        let stopped = false
        const work = async (): Promise<void> => {
          while (!stopped)
            await pool
              .use(() => new Promise(resolve => setTimeout(resolve, 10)))
              .catch(() => {
                stopped = true
              })
        }
        for (let caller = 0; caller < callers; caller++) void work()
        return {
          stop: () => {
            stopped = true
          },
        }
      },
    }
  }

  it.concurrent('never has more connections than the budget, and callers who wait get no error', async context => {
    const all = fleetOf(3, context)
    const [one, other] = [all.add(), all.add()]
    const leases = await Promise.all([one.acquire(), one.acquire(), one.acquire()])
    const caller = other.acquire()
    await until(() => other.stats().heldBack, 'the other one is held back')
    expect(other.stats()).toMatchObject({
      state: 'running',
      failedConnects: 0,
      waiting: 1,
      budgetAway: false,
    })
    for (const lease of leases) lease.release()
    expect((await caller).held).toBe(true)
    expect(all.most).toBe(3)
  })

  it.concurrent('moves idle connections to where callers wait', async context => {
    const all = fleetOf(4, context)
    const [one, other] = [all.add(), all.add()]
    const leases = await Promise.all([1, 2, 3, 4].map(() => one.acquire()))
    for (const lease of leases) lease.release()
    const theirs = await Promise.all([other.acquire(), other.acquire(), other.acquire()])
    expect(one.stats().total).toBeLessThanOrEqual(1)
    for (const lease of theirs) lease.release()
  })

  it.concurrent('gives pools whose callers all wait as many each, give or take one', async context => {
    const all = fleetOf(6, context)
    all.busy(all.add(), 9)
    await until(() => all.look()[0] === 6, 'the first has all')
    all.busy(all.add(), 9)
    all.busy(all.add(), 9)
    await until(() => {
      const sizes = all.look()
      return Math.max(...sizes) - Math.min(...sizes) <= 1 && sizes.reduce((sum, size) => sum + size) === 6
    }, 'all have as many')
    expect(all.most).toBe(6)
  })

  it.concurrent('lets each pool have its turn where there are more pools than connections', async context => {
    const all = fleetOf(2, context)
    const pools = [1, 2, 3, 4].map(() => all.add())
    for (const pool of pools) all.busy(pool, 2)
    await until(() => pools.every(pool => pool.stats().acquired > 0), 'all have had a turn')
    const before = pools.map(pool => pool.stats().acquired)
    await until(() => pools.every((pool, at) => pool.stats().acquired > (before[at] ?? 0)), 'and another one')
    expect(all.most).toBe(2)
    expect(pools.map(pool => pool.stats().failedConnects)).toEqual([0, 0, 0, 0])
  })

  it.concurrent('keeps the min of each pool, and takes it from those that hold more', async context => {
    const all = fleetOf(4, context)
    all.busy(all.add(), 9)
    await until(() => all.look()[0] === 4, 'the first has all')
    const late = all.add({ min: 3 })
    await late.ready()
    expect(late.stats().total).toBe(3)
  })

  it.concurrent('refuses a min that it cannot keep', async context => {
    const all = fleetOf(3, context)
    await all.add({ min: 2 }).ready()
    await expect(all.add({ min: 2 }).ready()).rejects.toThrow(/\bmin\b/)
  })
})

describe.skipIf(!hasRedis)('a fleet in Redis', () => {
  it('takes three keys, in one slot of a cluster, which expire', async () => {
    const name = `keys_${process.pid}`
    const pool = createPool(anyDatabase(), {
      fleet: fleet({ name, connections: 2, engine: redisEngine(ioredis, { prefix }) }),
    })
    onTestFinished(() => pool.close({ timeout: 0 }))
    await pool.use(() => {})
    const keys = (await ioredis.keys(`${prefix}*${name}*`)).sort()
    expect(keys).toEqual([`${prefix}{${name}}`, `${prefix}{${name}}:expiry`, `${prefix}{${name}}:pools`])
    for (const key of keys) expect(await ioredis.pttl(key)).toBeGreaterThan(0)
  })

  it('is sent its script again by a server that has forgotten it', async () => {
    await ioredis.script('FLUSH')
    const pool = createPool(anyDatabase(), {
      fleet: fleet({
        name: `flush_${process.pid}`,
        connections: 2,
        engine: redisEngine(nodeRedis, { prefix }),
      }),
    })
    onTestFinished(() => pool.close({ timeout: 0 }))
    await pool.use(() => {})
    expect(pool.stats().budgetAway).toBe(false)
  })

  it('refuses what is no client', () => {
    expect(() => redisEngine({} as never)).toThrow(/client must be a client of ioredis or redis/)
    expect(() => redisEngine(ioredis, { prefx: 'a' } as never)).toThrow(/prefix/)
  })
})
