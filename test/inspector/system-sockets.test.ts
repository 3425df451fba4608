// Any actor system of XState's, told by the inspector of Stately's own package.

import { connect } from 'node:net'
import { createWebSocketInspector } from '@statelyai/inspect'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createActor, createMachine } from 'xstate'
import { type Inspector, inspector } from '../../src/inspector/index.js'
import type { SystemEvent } from '../../src/inspector/protocol.js'
import { Page, partsOf, quickPool } from './support.js'

const toClose: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of toClose.splice(0).reverse()) await each.close()
})

async function opened(): Promise<{ page: Inspector; viewer: Page }> {
  const pool = quickPool({ min: 1 })
  const page = await inspector(pool)
  const viewer = await Page.open(page.url)
  toClose.push(pool, page, viewer)
  return { page, viewer }
}

const addressOf = ({ url }: Inspector, path = 'systems'): string => {
  const { base, token } = partsOf(url)
  return `${base.replace('http:', 'ws:')}${path}?token=${token}`
}

const light = createMachine({
  id: 'light',
  initial: 'green',
  states: { green: { on: { next: 'red' } }, red: { on: { next: 'green' } } },
})

/** How the server answers a handshake: 'open', or the status that it refuses with. */
function handshake(
  address: string,
  headers: Record<string, string> = {},
): Promise<'open' | number | undefined> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { headers })
    socket.on('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.on('unexpected-response', (_, response) => {
      response.destroy()
      resolve(response.statusCode)
    })
    socket.on('error', error =>
      error.message.includes('socket hang up') ? resolve(undefined) : reject(error),
    )
  })
}

describe('an actor system of another program', () => {
  it('is shown with its chart, its events and its states, by Stately’s own inspector', async () => {
    const { page, viewer } = await opened()
    const stately = createWebSocketInspector({ url: addressOf(page), WebSocket: WebSocket as never } as never)
    const actor = createActor(light, { inspect: stately.inspect }).start()
    const isSystem = (type: string) => (message: { type: string }) =>
      message.type === 'system' && (message as SystemEvent).event.type === type
    const { event } = (await viewer.until(isSystem('@xstate.actor'))) as SystemEvent
    expect(JSON.parse(String(event.definition)).states).toHaveProperty('red')
    actor.send({ type: 'next' })
    await viewer.until(
      message =>
        message.type === 'system' &&
        message.event.type === '@xstate.snapshot' &&
        (message.event.snapshot as { value: string }).value === 'red',
    )
    const later = await Page.open(page.url)
    await later.until(isSystem('@xstate.actor'))
    await later.close()
    actor.stop()
    ;(stately as unknown as { stop?(): void }).stop?.()
    ;(stately as unknown as { adapter: { stop?(): void; ws?: { close(): void } } }).adapter.ws?.close()
  })
})

describe('a WebSocket', () => {
  it('needs the token, the right name and no foreign page', async () => {
    const { page } = await opened()
    const { base } = partsOf(page.url)
    const address = addressOf(page)
    expect(await handshake(address)).toBe('open')
    expect(await handshake(`${base.replace('http:', 'ws:')}systems`)).toBe(401)
    expect(await handshake(`${address}x`)).toBe(401)
    expect(await handshake(address, { host: 'evil.example' })).toBe(403)
    expect(await handshake(address, { origin: 'https://evil.example' })).toBe(403)
    expect(await handshake(addressOf(page, 'elsewhere'))).toBeUndefined()
  })

  it('that sends a message that is too long is closed', async () => {
    const { page } = await opened()
    const socket = new WebSocket(addressOf(page))
    const code = await new Promise(resolve => {
      socket.on('open', () => socket.send('x'.repeat(2 * 1024 * 1024)))
      socket.on('close', resolve)
      socket.on('error', () => {})
    })
    expect([1006, 1009]).toContain(code)
  })

  it('that asks for nonsense, or leaves while it is answered, does the process no harm', async () => {
    const { page } = await opened()
    const { port = 0 } = page
    const head = 'host: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n'
    const own = new URL(addressOf(page))
    for (const path of ['//', '*', '/systems?token=%', `${own.pathname}${own.search}`, '/systems']) {
      await new Promise<void>(resolve => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(`GET ${path} HTTP/1.1\r\n${head}\r\n`)
          setImmediate(() => socket.resetAndDestroy())
        })
        socket.on('error', () => {})
        socket.on('close', () => resolve())
      })
    }
    expect(await handshake(addressOf(page))).toBe('open')
  })

  it('is closed with the inspector', async () => {
    const { page } = await opened()
    const socket = new WebSocket(addressOf(page))
    await new Promise(resolve => socket.on('open', resolve))
    const gone = new Promise(resolve => socket.on('close', resolve))
    await page.close()
    await gone
  })
})
