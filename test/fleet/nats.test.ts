// What is so of a fleet's ledger in NATS alone.
import { Kvm } from '@nats-io/kv'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { fleet, natsEngine } from '../../src/fleet/index.js'
import { createPool } from '../../src/index.js'

const server = inject('nats')
let nats: NatsConnection
beforeAll(async () => {
  if ('servers' in server) nats = await connect({ servers: server.servers })
})
afterAll(() => nats?.close())

describe.skipIf('missing' in server)('a fleet in NATS', () => {
  it('takes one key of the bucket, whatever its name has in it', async () => {
    const bucket = await new Kvm(nats).create('keys')
    const pool = createPool(simulated({ unhealthyRate: 0, connectLatency: 5 }), {
      fleet: fleet({ name: 'web shop: größer', connections: 2, engine: natsEngine(bucket) }),
    })
    onTestFinished(() => pool.close({ timeout: 0 }))
    await pool.use(() => {})
    const keys: string[] = []
    for await (const key of await bucket.keys()) keys.push(key)
    expect(keys).toEqual(['statepool.fleet.web=20=shop=3a==20=gr=f6==df=er'])
  })

  it('has room for each of many processes that report at the same time', async () => {
    const bucket = await new Kvm(nats).create('crowd')
    const exchanges = Array.from({ length: 16 }, (_, process) => {
      const engine = natsEngine(bucket)
      return async (report: number) =>
        engine.exchange('all', {
          ...{ id: `p${process}`, report, keep: Math.min(report - 1, 1), need: 1, min: 0 },
          ...{ connections: 16, ttl: 60_000, floor: 1, leaves: false },
        })
    })
    for (let report = 1; report <= 5; report++)
      for (const { held } of await Promise.all(exchanges.map(exchange => exchange(report))))
        expect(held).toBe(1)
    expect(await exchanges[0]?.(6)).toMatchObject({ held: 1, taken: 16 })
  })

  it('begins a ledger anew that was deleted', async () => {
    const bucket = await new Kvm(nats).create('deleted')
    const { exchange } = natsEngine(bucket)
    const report = {
      ...{ id: 'a', keep: 0, need: 3, min: 0, connections: 3, ttl: 60_000 },
      floor: 2,
      leaves: false,
    }
    const { epoch } = await exchange('all', { ...report, report: 1 })
    await bucket.delete('statepool.fleet.all')
    const answer = await exchange('all', { ...report, report: 2, keep: 2 })
    expect(answer).toMatchObject({ held: 2, taken: 2 })
    expect(answer.epoch).toBeGreaterThan(epoch)
  })

  it('refuses what is no bucket', () => {
    expect(() => natsEngine({} as never)).toThrow(/bucket must be a bucket of @nats-io\/kv/)
    expect(() => natsEngine(undefined as never)).toThrow(/bucket must be a bucket of @nats-io\/kv/)
  })
})
