// The inspector in an application's own server: Node's, Express, Fastify, and whatever speaks fetch's Request and Response.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { type Inspector, type InspectorOptions, inspector } from '../../src/inspector/index.js'
import { isFrame, Page, partsOf, quickPool } from './support.js'

const toClose: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of toClose.splice(0).reverse()) await each.close()
})

async function mounted(
  options: InspectorOptions = {},
): Promise<{ page: Inspector; pool: ReturnType<typeof quickPool> }> {
  const pool = quickPool({ min: 1 })
  const page = await inspector(pool, { port: false, base: '/admin/pools', allowControl: true, ...options })
  toClose.push(pool, page)
  expect(page.port).toBeUndefined()
  return { page, pool }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  toClose.push({
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Everything that a browser does, at an address of the application. */
async function works(address: string, page: Inspector, pool: ReturnType<typeof quickPool>): Promise<void> {
  const { base, token } = partsOf(address + page.url)
  expect(base).toBe(`${address}/admin/pools/`)
  const root = await fetch(base)
  expect([200, 503]).toContain(root.status) // 503 where the page is not built
  expect(root.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect((await fetch(`${base}stream`)).status).toBe(401)
  const viewer = await Page.open(address + page.url)
  await viewer.until(isFrame)
  const control = (body: string) =>
    fetch(`${base}control`, {
      method: 'POST',
      body,
      headers: {
        authorization: `Bearer ${token}`,
        'x-statepool-control': '1',
        'content-type': 'application/json',
      },
    })
  expect(await (await control(JSON.stringify({ pool: 0, action: 'pause' }))).json()).toEqual({ ok: true })
  expect(pool.stats().state).toBe('paused')
  expect((await control(JSON.stringify({ pool: 0, action: 'x'.repeat(10_000) }))).status).toBe(413)
  await viewer.until(message => isFrame(message) && message.frame.stats.state === 'paused')
  await viewer.close()
}

describe('the inspector works', () => {
  it('in a server of Node’s, below a path', async () => {
    const { page, pool } = await mounted()
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/admin/pools')) void page.node(request, response)
      else response.end('the application')
    })
    const address = await listening(server)
    await works(address, page, pool)
    expect(await (await fetch(address)).text()).toBe('the application')
  })

  it('in Express, with a parser of bodies before it or without', async () => {
    for (const parser of [[], [express.json()]]) {
      const { page, pool } = await mounted()
      const app = express()
      for (const each of parser) app.use(each)
      app.use('/admin/pools', page.node)
      const address = await listening(createServer(app))
      await works(address, page, pool)
    }
  })

  it('in Fastify', async () => {
    const { page, pool } = await mounted()
    const app = fastify()
    app.register(async scope => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null)) // the inspector reads the body itself
      scope.all('/admin/pools/*', async (request, reply) => {
        reply.hijack()
        await page.node(request.raw, reply.raw)
      })
    })
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    toClose.push({
      close: async () => {
        app.server.closeAllConnections()
        await app.close()
      },
    })
    await works(address, page, pool)
  })

  it('where requests and responses are those of fetch, as in Hono', async () => {
    const { page, pool } = await mounted()
    const address = await listening(createServer(fetchServer(page.handler)))
    await works(address, page, pool)
  })

  it('under the name of the application, if it is told that', async () => {
    const { page } = await mounted({ hosts: ['app.example.com'] })
    const { token } = partsOf(page.url)
    const ask = (host: string) =>
      page.handler(
        new Request(`http://${host}/admin/pools/recording`, {
          headers: { authorization: `Bearer ${token}` },
        }),
      )
    expect((await ask('app.example.com')).status).toBe(404) // let in; there is no recording
    expect((await ask('evil.example')).status).toBe(403)
  })
})

/** What frameworks of fetch's kind do with a server of Node's: the least of it. */
function fetchServer(handler: (request: Request) => Promise<Response>): Parameters<typeof createServer>[1] {
  return async (incoming, outgoing) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    const hasBody = incoming.method === 'POST'
    const request = new Request(`http://${incoming.headers.host}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers,
      ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
    })
    const response = await handler(request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    const reader = response.body?.getReader()
    outgoing.on('close', () => void reader?.cancel())
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) break
      outgoing.write(value)
    }
    outgoing.end()
  }
}
