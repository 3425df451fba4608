// The inspector of the installed package inside four servers; it is copied into a project that has them. Throws at what does not work.
import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createPool } from 'statepool'
import { inspector, MessageReader } from 'statepool/inspector'
import { simulated } from 'statepool/simulated'
import { WebSocket } from 'ws'

const base = '/admin/pool'

/** Each starts a server that has the page mounted, as docs/guides/inspector.md says. */
const servers = {
  async 'node:http'(page) {
    const server = createServer((request, response) => void page.node(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  },
  async Express(page) {
    const app = express()
    app.use(express.json())
    app.use(base, page.node)
    const server = app.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return server
  },
  async Fastify(page) {
    const app = fastify()
    app.register(async scope => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      scope.all(`${base}/*`, async (request, reply) => {
        reply.hijack()
        await page.node(request.raw, reply.raw)
      })
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server
  },
  async Hono(page) {
    const app = new Hono()
    app.all(`${base}/*`, context => page.handler(context.req.raw))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await once(server, 'listening')
    return server
  },
}

/** What a browser asks for, and a program that tells of its actors. */
async function uses(page, pool, port) {
  const [path, token] = page.url.split('#token=')
  const address = `http://127.0.0.1:${port}${path}`
  const authorization = `Bearer ${token}`
  const html = await fetch(address)
  assert.equal(html.status, 200)
  assert.match(await html.text(), /<script type="module" src="main\.js"/)
  assert.equal((await fetch(`${address}main.js`)).status, 200)
  assert.equal((await fetch(`${address}stream`)).status, 401)
  const stream = await fetch(`${address}stream`, { headers: { authorization } })
  const reader = new MessageReader()
  const told = []
  for await (const piece of stream.body) {
    told.push(...reader.read(piece).map(({ type }) => type))
    if (told.includes('frame')) break
  }
  assert.equal(told[0], 'hello')
  const paused = await fetch(`${address}control`, {
    method: 'POST',
    headers: { authorization, 'x-statepool-control': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ pool: 0, action: 'pause' }),
  })
  assert.deepEqual(await paused.json(), { ok: true })
  assert.equal(pool.stats().state, 'paused')
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}systems?token=${token}`)
  await once(socket, 'open')
  socket.terminate()
}

for (const [name, start] of Object.entries(servers)) {
  const pool = createPool(simulated({ connectLatency: 1, unhealthyRate: 0 }), { min: 1 })
  await pool.ready()
  const page = await inspector(pool, { port: false, base, allowControl: true })
  const server = await start(page)
  server.on('upgrade', (request, socket, head) => {
    if (!page.upgrade(request, socket, head)) socket.destroy()
  })
  await uses(page, pool, server.address().port)
  server.closeAllConnections()
  server.close()
  await page.close()
  await pool.close()
  console.log(`works in ${name}`)
}
