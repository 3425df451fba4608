// NATS as the keeper of the budget, for the processes of `npm run fleet`.
import { Kvm } from '@nats-io/kv'
import { connect } from '@nats-io/transport-node'
import { type FleetEngine, natsEngine } from '../src/fleet/index.js'

export async function engineAt(servers: string): Promise<FleetEngine> {
  const connection = await connect({ servers, maxReconnectAttempts: -1 })
  return natsEngine(() => new Kvm(connection).create('fleets'))
}
