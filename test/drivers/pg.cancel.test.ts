// Asking the server to cancel a query outlives the connection and the pool, and so must not get in anybody's way.

import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { cancelQuery } from '../../src/db/pg/cancel.js'
import { type SilentServer, startSilentServer } from '../support/silent-server.js'

let server: SilentServer
const couriers: pg.Client[] = []

beforeAll(async () => {
  server = await startSilentServer()
})
afterEach(() => {
  vi.useRealTimers()
  for (const courier of couriers.splice(0)) courier.connection.stream.destroy()
})
afterAll(() => server.stop())

/** What `cancelQuery` sees of a client that is connected and runs a query. */
function busyClient(): pg.Client {
  const { host, port } = server
  const client = { host, port, ssl: false, processID: 1, secretKey: 2 }
  return client as unknown as pg.Client
}

function createCourier(): pg.Client {
  const courier = new pg.Client({ host: server.host, port: server.port })
  couriers.push(courier)
  return courier
}

const timersThatHold = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length

it('no timer of it keeps the process alive', () => {
  const before = timersThatHold()
  cancelQuery(busyClient(), createCourier)
  expect(timersThatHold()).toBe(before)
})

it('asks three times and no more, for nobody knows whether the backend still works', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  cancelQuery(busyClient(), createCourier)
  vi.advanceTimersByTime(10_000)
  expect(couriers).toHaveLength(3)
})
