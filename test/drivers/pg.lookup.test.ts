// A name with several addresses: each connect resolves it anew, and tries them in order, or in random order if that is asked for.

import { once } from 'node:events'
import type { LookupFunction } from 'node:net'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { socketsBy } from '../../src/db/pg/driver/lookup.js'

/** Two addresses of this machine, on which the same port is open. */
const addresses = ['127.0.0.1', '127.0.0.2']
const servers: Server[] = []
let port: number
let asked = 0

const lookup: LookupFunction = (_hostname, { all }, callback) => {
  asked++
  const found = addresses.map(address => ({ address, family: 4 }))
  if (all) callback(null, found)
  else callback(null, found[0]?.address ?? '', 4)
}

beforeAll(async () => {
  for (const address of addresses) {
    const server = createServer(socket => socket.end())
    servers.push(server)
    server.listen(port ?? 0, address)
    await once(server, 'listening')
    port ??= (server.address() as AddressInfo).port
  }
})
afterAll(() => Promise.all(servers.map(server => new Promise(resolve => server.close(resolve)))))

/** To which of the addresses so many connects led. */
async function led(times: number, isShuffled: boolean): Promise<Set<string | undefined>> {
  const found = new Set<string | undefined>()
  const open = socketsBy(lookup, isShuffled)
  for (let turn = 0; turn < times; turn++) {
    const socket = open?.()
    socket?.connect(port, 'db.test')
    await once(socket as NonNullable<typeof socket>, 'connect')
    found.add(socket?.remoteAddress)
    socket?.destroy()
  }
  return found
}

it('without load_balance_hosts, the first address that answers is taken', async () => {
  asked = 0
  expect(await led(20, false)).toEqual(new Set(['127.0.0.1']))
  expect(asked).toBe(20) // nothing is remembered
})

it("with load_balance_hosts 'random', all of them are, in turn", async () => {
  expect(await led(60, true)).toEqual(new Set(addresses))
})
