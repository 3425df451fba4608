// A real Redis that crashes, and comes back knowing nothing.
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { fleet, redisEngine } from '../../src/fleet/index.js'
import { createPool } from '../../src/index.js'
import { startRedis } from '../../support/redis-server.js'
import { until } from '../support/until.js'

describe.skipIf('missing' in inject('redis'))('while Redis is away', () => {
  it.each(['ioredis', 'node-redis'])(
    'a pool keeps what it has, says so, and goes on by itself when Redis is back without its data (%s)',
    async library => {
      const server = await startRedis()
      onTestFinished(() => server.stop())
      const client =
        library === 'ioredis'
          ? new Redis(server.url)
          : await createClient({ url: server.url })
              .on('error', () => {})
              .connect()
      client.on('error', () => {})
      const engine = redisEngine(client as Redis)
      const pool = createPool(simulated({ unhealthyRate: 0, connectLatency: 5 }), {
        fleet: fleet({ name: 'outage', connections: 5, engine, ttl: 1_000 }),
        max: 5,
      })
      onTestFinished(async () => {
        await pool.close({ timeout: 0 })
        if (client instanceof Redis) client.disconnect()
        else client.destroy()
      })
      const told: string[] = []
      pool.events$.subscribe(event => {
        if (event.type === 'pool.budgetAway') told.push(`away: ${event.budget}, floor ${event.floor}`)
        if (event.type === 'pool.budgetBack') told.push('back')
      })
      const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()])
      await server.kill()
      await until(() => pool.stats().budgetAway, 'the pool notices')
      const late = pool.acquire()
      expect(pool.stats()).toMatchObject({ total: 3, busy: 3, state: 'running' })
      await server.restart()
      await until(() => !pool.stats().budgetAway, 'the pool is back')
      expect((await late).held).toBe(true)
      expect(pool.stats().total).toBe(4)
      for (const lease of [...leases, await late]) lease.release()
      expect(told.slice(-2)).toEqual(['away: the fleet "outage" (Redis), floor 1', 'back'])
    },
  )
})
