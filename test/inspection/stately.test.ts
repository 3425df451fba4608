// Stately's inspector, with its own WebSocket server: both charts arrive, in whatever order things are started.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createWebSocketInspector } from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { createActor, setup } from 'xstate'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, type Pool, type PoolActorRef, poolLogic, poolOf } from '../../src/index.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import { runExample } from '../examples/program.js'
import { until } from '../support/until.js'

interface Message {
  readonly type: string
  readonly sessionId: string
  readonly rootId: string
  readonly name?: string
  readonly parentId?: string
  readonly definition?: string
  readonly snapshot?: { readonly value: unknown; readonly context: Record<string, unknown> }
  readonly event?: { readonly type: string }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Stately's relay between applications and the page. */
function startServer(port: number): void {
  const server = createInspectorServer({ port, autoOpen: false })
  onTestFinished(() => server.stop())
}

/** What a page that is connected to the relay is told. */
async function openPage(port: number): Promise<Message[]> {
  const messages: Message[] = []
  const connect = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    socket.on('message', data => messages.push(JSON.parse(String(data))))
    await once(socket, 'open')
    return socket
  }
  const socket = await connect()
  onTestFinished(() => socket.terminate())
  return messages
}

/** An inspector as the guide sets it up: by default, definitions lose their depths, and early messages are dropped after 200. */
function startInspector(port: number) {
  const inspector = createWebSocketInspector({
    url: `ws://127.0.0.1:${port}`,
    serializationDepthLimit: 20,
    maxDeferredEvents: 10_000,
  })
  onTestFinished(() => inspector.stop())
  return inspector
}

const attach = (pool: Pool<unknown>, port: number): (() => void) => pool.inspect(startInspector(port).inspect)

/** Returns once a connect to the port has failed. */
async function seeNoServer(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  const [error] = await once(socket, 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
}

function startPool(): Pool<unknown> {
  const pool = createPool(simulated({ connectLatency: 0 }), { name: 'orders', min: 1, max: 2 })
  onTestFinished(() => pool.close({ timeout: 0 }))
  return pool as Pool<unknown>
}

/** A chart as the inspector writes it: functions by their names. */
const written = (config: object): unknown =>
  JSON.parse(
    JSON.stringify(config, (_, value) => (typeof value === 'function' ? { type: value.name } : value)),
  )

/** Waits until the page can draw both charts, with the states that they are in. */
async function expectBothCharts(messages: Message[]): Promise<void> {
  const actor = (name: string) =>
    messages.find(({ type, name: own }) => type === '@xstate.actor' && own === name)
  const lastOf = (sessionId?: string) =>
    messages.filter(message => message.sessionId === sessionId && message.type === '@xstate.snapshot').at(-1)
  await until(
    () => lastOf(actor('connection-1')?.sessionId)?.snapshot !== undefined,
    'the page knows the state of a connection',
  )
  const [pool, connection] = [actor('pool'), actor('connection-1')]
  expect(JSON.parse(pool?.definition ?? '')).toEqual(written(poolMachine.config))
  expect(JSON.parse(connection?.definition ?? '')).toEqual(written(connectionMachine.config))
  expect(connection?.parentId).toBe(pool?.sessionId)
  expect(lastOf(pool?.sessionId)?.snapshot?.value).toBe('running')
}

it('shows both charts when the pool has been running before the inspector came', async () => {
  const pool = startPool()
  await pool.ready()
  const port = await freePort()
  startServer(port)
  const page = await openPage(port)
  attach(pool, port)
  await expectBothCharts(page)
})

it('shows both charts when the inspector comes first', async () => {
  const port = await freePort()
  startServer(port)
  const page = await openPage(port)
  const inspector = startInspector(port)
  const app = createActor(
    setup({ actors: { pool: poolLogic(simulated({ connectLatency: 0 }), { min: 1 }) } }).createMachine({
      invoke: { id: 'pool', src: 'pool' },
    }),
    { inspect: inspector.inspect },
  ).start()
  const pool = poolOf(app.getSnapshot().children.pool as PoolActorRef)
  onTestFinished(() => pool.close({ timeout: 0 }))
  await pool.ready()
  await expectBothCharts(page)
})

it('shows both charts when the server starts last: what happened meanwhile is kept for it', async () => {
  const pool = startPool()
  await pool.ready()
  const port = await freePort()
  attach(pool, port)
  for (let count = 0; count < 100; count++) await pool.use(() => {})
  await seeNoServer(port)
  startServer(port)
  await expectBothCharts(await openPage(port)) // it looks for the server every five seconds
})

it('shows both charts on a page that is opened later', async () => {
  const pool = startPool()
  await pool.ready()
  const port = await freePort()
  startServer(port)
  attach(pool, port)
  await pool.use(() => {})
  await expectBothCharts(await openPage(port))
})

it('shows both charts on a page that is opened long after, once the inspector is attached anew', async () => {
  const pool = startPool()
  await pool.ready()
  const port = await freePort()
  startServer(port)
  const first = await openPage(port)
  const stop = attach(pool, port)
  for (let count = 0; count < 100; count++) await pool.use(() => {}) // more messages than the server keeps
  await until(() => first.length > 500, 'the server has passed them on')
  const late = await openPage(port)
  stop()
  attach(pool, port)
  await expectBothCharts(late)
})

it('shows figures and who holds what, and neither errors’ texts nor SQL', async () => {
  const pool = startPool()
  await pool.ready()
  const port = await freePort()
  startServer(port)
  const page = await openPage(port)
  attach(pool, port)
  const leases = [await pool.acquire(), await pool.acquire()]
  const third = pool.acquire()
  const contextOfPool = () =>
    page.filter(({ snapshot }) => snapshot?.value === 'running').at(-1)?.snapshot?.context
  await until(
    () => (contextOfPool()?.queue as { waiting?: number })?.waiting === 1,
    'a caller is seen waiting',
  )
  expect(contextOfPool()).toMatchObject({
    name: pool.name, // another file's pool may have the name that this one asked for
    roster: { total: 2, idle: 0, leased: 2, holders: [{ lease: 1 }, { lease: 2 }] },
  })
  const failure = Object.assign(new Error('duplicate key (ada@example.org)'), {
    sql: "insert 'ada@example.org'",
  })
  leases[0]?.destroy(failure)
  leases[1]?.release()
  ;(await third).release()
  await until(() => page.some(({ event }) => event?.type === 'destroy'), 'the end is seen')
  await pool.close()
  await until(() => page.some(({ snapshot }) => snapshot?.value === 'closed'), 'all is seen')
  expect(JSON.stringify(page)).not.toContain('ada@example.org')
})

it('stately.ts, the program in the guide, shows the pool to a page and ends', async () => {
  const port = await freePort()
  startServer(port)
  const page = await openPage(port)
  const { code, errors } = await runExample('stately', { INSPECTOR: `ws://127.0.0.1:${port}` })
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  await expectBothCharts(page)
  const events = new Set(page.flatMap(({ event }) => event?.type ?? []))
  expect([...events]).toEqual(expect.arrayContaining(['acquire', 'release', 'driver.connected']))
})
