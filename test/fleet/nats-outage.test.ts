// A real NATS that crashes, and comes back with its data or knowing nothing.
import { type KV, Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { describe, inject, it, onTestFinished } from 'vitest'
import { natsEngine } from '../../src/fleet/index.js'
import { startNats } from '../../support/nats-server.js'
import { surviveOutage } from './outage.js'

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
      await surviveOutage({
        engine,
        begin: () => server.kill(),
        end: () => server.restart({ empty }),
        closeClient: () => connection.close(),
      })
    },
  )
})
