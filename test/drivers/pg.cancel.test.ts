// The couriers that carry cancel requests: one at a time on the road, and never in anybody's way.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { Couriers } from '../../src/db/pg/driver/cancel.js'
import { type SilentServer, startSilentServer } from '../support/silent-server.js'
import { until } from '../support/until.js'

let server: SilentServer
const made: pg.Client[] = []

beforeAll(async () => {
  server = await startSilentServer()
})
afterEach(() => {
  for (const courier of made.splice(0)) courier.connection.stream.destroy()
})
afterAll(() => server.stop())

/** What a courier sees of a client that is connected and runs a query. */
function busyClient(): pg.Client {
  const { host, port } = server
  const client = { host, port, ssl: false, processID: 1, secretKey: 2 }
  return client as unknown as pg.Client
}

function createCourier(): pg.Client {
  const courier = new pg.Client({ host: server.host, port: server.port })
  made.push(courier)
  return courier
}

const timersThatHold = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

it('no timer of it keeps the process alive', async () => {
  const before = timersThatHold()
  void new Couriers(createCourier).cancel(busyClient(), () => true)
  await until(() => made.length === 1, 'a courier has left')
  await expect.poll(timersThatHold).toBeLessThanOrEqual(before) // those of other files in this process come and go
})

it('one leaves when the one before is back, and none for a session that is gone by then', async () => {
  const couriers = new Couriers(createCourier)
  const first = couriers.cancel(busyClient(), () => true)
  const second = couriers.cancel(busyClient(), () => true)
  const third = couriers.cancel(busyClient(), () => false)
  await until(() => made.length === 1, 'a courier has left')
  await new Promise(setImmediate)
  expect(made).toHaveLength(1)
  made[0]?.connection.stream.destroy()
  await first
  await until(() => made.length === 2, 'the next one has left')
  made[1]?.connection.stream.destroy()
  await Promise.all([second, third])
  expect(made).toHaveLength(2)
})
