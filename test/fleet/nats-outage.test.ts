// A real NATS that crashes, and comes back with its data or knowing nothing.
import { type KV, Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { fleet, natsEngine } from '../../src/fleet/index.js'
import { createPool } from '../../src/index.js'
import { startNats } from '../../support/nats-server.js'
import { until } from '../support/until.js'

describe.skipIf('missing' in inject('nats'))('while NATS is away', () => {
  it.each([
    { whose: 'its data', empty: false },
    { whose: 'nothing', empty: true },
  ])(
    'a pool keeps what it has, says so, and goes on by itself when NATS is back with $whose',
    async ({ empty }) => {
      const server = await startNats()
      onTestFinished(() => server.stop())
      const connection = await connect({
        ...{ servers: server.servers, maxReconnectAttempts: -1, reconnectTimeWait: 50 },
      })
      const openBucket = (): Promise<KV> => new Kvm(connection).create('fleets')
      // A bucket that is gone with its server has to be opened anew.
      const engine = natsEngine(empty ? openBucket : await openBucket())
      const pool = createPool(simulated({ unhealthyRate: 0, connectLatency: 5 }), {
        fleet: fleet({ name: 'outage', connections: 5, engine, ttl: 1_000 }),
        max: 5,
      })
      onTestFinished(async () => {
        await pool.close({ timeout: 0 })
        await connection.close()
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
      await server.restart({ empty })
      await until(() => !pool.stats().budgetAway, 'the pool is back')
      expect((await late).held).toBe(true)
      expect(pool.stats().total).toBe(4)
      for (const lease of [...leases, await late]) lease.release()
      expect(told.slice(-2)).toEqual(['away: the fleet "outage" (NATS), floor 1', 'back'])
    },
  )
})
