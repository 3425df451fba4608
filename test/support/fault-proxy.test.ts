// The fault proxy does to connections what it says, to both sides, and undoes what can be undone.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.js'
import { until } from './until.js'

let server: Server
let proxy: FaultProxy
const sockets: Socket[] = []

/** One side of a connection, and what it has heard. */
interface Side {
  readonly socket: Socket
  heard: string
  ended: boolean
  error: string | undefined
}

function listenTo(socket: Socket): Side {
  sockets.push(socket)
  const side: Side = { socket, heard: '', ended: false, error: undefined }
  socket.on('data', bytes => {
    side.heard += bytes
  })
  socket.on('end', () => {
    side.ended = true
  })
  socket.on('error', error => {
    side.error = (error as NodeJS.ErrnoException).code
  })
  return side
}

const serverSides: Side[] = []

beforeEach(async () => {
  serverSides.length = sockets.length = 0
  // An echo, which does not end when its client does.
  server = createServer({ allowHalfOpen: true }, socket => {
    serverSides.push(listenTo(socket))
    socket.on('data', bytes => socket.write(bytes))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await startFaultProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
})

afterEach(async () => {
  await proxy.close()
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
  expect(proxy.links).toEqual([])
})

async function open(): Promise<Side> {
  const client = listenTo(connect({ host: proxy.host, port: proxy.port, allowHalfOpen: true }))
  await once(client.socket, 'connect')
  return client
}

/** A connection over which something has gone both ways. */
async function openPair(): Promise<{ client: Side; far: Side }> {
  const client = await open()
  client.socket.write('hello ')
  await until(() => client.heard === 'hello ', 'the echo has come')
  return { client, far: serverSides.at(-1) as Side }
}

/** Nothing happens for long enough that something would have. */
const silence = () => pause(50)

it('passes everything on as it is, the end of one direction too', async () => {
  const { client, far } = await openPair()
  const much = 'x'.repeat(3_000_000)
  client.socket.end(much)
  await until(() => far.ended, 'the server has heard the end')
  await until(() => client.heard.length === 6 + much.length, 'all of it has come back')
  expect(client.ended).toBe(false)
  far.socket.end('bye')
  await until(() => client.ended, 'the client has heard the end')
  expect(client.heard.slice(-3)).toBe('bye')
  await until(() => proxy.links.length === 0, 'nothing is left of it')
})

it('passes an RST on as one', async () => {
  const { client, far } = await openPair()
  far.socket.resetAndDestroy()
  await until(() => client.error === 'ECONNRESET', 'the client was reset')
})

it('delays each direction by itself, and keeps the order', async () => {
  const { client } = await openPair()
  proxy.delay({ toServer: 60, toClient: 40 })
  const start = performance.now()
  client.socket.write('1')
  await pause(5)
  client.socket.write('2')
  await until(() => client.heard === 'hello 12', 'both have come back')
  expect(performance.now() - start).toBeGreaterThan(95)
})

it('drops bytes without a word', async () => {
  const { client, far } = await openPair()
  proxy.drop('toClient')
  client.socket.write('lost ')
  await until(() => far.heard === 'hello lost ', 'the server has heard it')
  await silence()
  await proxy.pass()
  client.socket.write('kept')
  await until(() => client.heard === 'hello kept', 'bytes flow again, without those')
})

it('freezes: nothing gets through, not even an end, until it passes; then all of it does', async () => {
  const { client, far } = await openPair()
  proxy.freeze()
  client.socket.end('held')
  const late = await open()
  late.socket.write('late')
  await silence()
  expect([far.heard, far.ended, serverSides.length]).toEqual(['hello ', false, 1])
  await proxy.pass()
  await until(() => far.ended && client.heard === 'hello held', 'what was held has come')
  await until(() => late.heard === 'late', 'the connection made meanwhile works')
})

it('accepts and says nothing, to new connections only', async () => {
  const { client } = await openPair()
  proxy.mute()
  const ignored = await open()
  ignored.socket.write('anyone?')
  client.socket.write('again')
  await until(() => client.heard === 'hello again', 'the old one works')
  await proxy.pass()
  await silence()
  expect([ignored.heard, serverSides.length]).toEqual(['', 1])
  ignored.socket.destroy()
  await until(() => proxy.links.length === 1, 'the proxy has noticed')
})

it('refuses new connections, and listens again on the same port', async () => {
  const { client } = await openPair()
  await proxy.refuse()
  const refused = listenTo(connect(proxy.port, proxy.host))
  await until(() => refused.error === 'ECONNREFUSED', 'it was refused')
  client.socket.write('still')
  await until(() => client.heard === 'hello still', 'the old one works')
  await proxy.pass()
  await openPair()
})

it('resets both sides', async () => {
  const { client, far } = await openPair()
  proxy.reset()
  await until(() => client.error === 'ECONNRESET' && far.error === 'ECONNRESET', 'both were reset')
})

it('half-open: the server has gone, and the client is not told', async () => {
  const { client, far } = await openPair()
  proxy.halfOpen('server')
  await until(() => far.error === 'ECONNRESET', 'the server was told')
  client.socket.write('hello?')
  await silence()
  expect([client.heard, client.ended, client.error]).toEqual(['hello ', false, undefined])
  client.socket.destroy()
  await until(() => proxy.links.length === 0, 'nothing is left of it')
})

it('half-open: the client has gone, and the server is not told before it passes', async () => {
  const { client, far } = await openPair()
  proxy.halfOpen('client')
  await until(() => client.error === 'ECONNRESET', 'the client was told')
  far.socket.write('hello?')
  await silence()
  expect([far.ended, far.error, far.socket.destroyed]).toEqual([false, undefined, false])
  await proxy.pass()
  await until(() => far.ended || far.error !== undefined, 'the server was told in the end')
})

it('cuts after so many bytes', async () => {
  const { client, far } = await openPair()
  proxy.limit(4, 'cut')
  client.socket.write('abc')
  await until(() => client.heard === 'hello abc', 'these are within the limit')
  client.socket.write('def')
  await until(() => client.ended, 'the client has heard the end')
  expect(client.heard).toBe('hello abcd')
  await until(() => far.ended || far.error !== undefined, 'the server was told')
})

it('freezes after so many bytes, and passes the others on later', async () => {
  const { client } = await openPair()
  proxy.limit(2, 'freeze')
  client.socket.write('abcd')
  await until(() => client.heard === 'hello ab', 'two have come')
  await silence()
  expect(client.heard).toBe('hello ab')
  await proxy.pass()
  await until(() => client.heard === 'hello abcd', 'the others have come')
})

it('resets a client whose server is not there', async () => {
  const nowhere = await startFaultProxy({ host: '127.0.0.1', port: 1 })
  const client = listenTo(connect(nowhere.port, nowhere.host))
  await until(() => client.error === 'ECONNRESET', 'it was reset')
  await nowhere.close()
})
