// A real Redis that crashes, and comes back knowing nothing.
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { describe, inject, it, onTestFinished } from 'vitest'
import { redisEngine } from '../../src/fleet/index.js'
import { startRedis } from '../../support/redis-server.js'
import { surviveOutage } from './outage.js'

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
      await surviveOutage({
        engine,
        begin: () => server.kill(),
        end: () => server.restart(),
        closeClient: () => (client instanceof Redis ? client.disconnect() : client.destroy()),
      })
    },
  )
})
