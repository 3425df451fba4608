// The inspector inside a Fastify application.

import fastify from 'fastify'
import { createPool } from 'statepool'
import { inspector } from 'statepool/inspector'
import { simulated } from 'statepool/simulated'

await using pool = createPool(simulated({ connectLatency: 5 }), { min: 1 })
await pool.ready()
const app = fastify()

// #region mount
const page = await inspector(pool, { port: false, base: '/admin/pool' })
app.register(async scope => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null)) // the inspector reads bodies itself
  scope.all('/admin/pool/*', async (request, reply) => {
    reply.hijack()
    await page.node(request.raw, reply.raw)
  })
})
// #endregion

const address = await app.listen({ port: 0, host: '127.0.0.1' })
const [path, token] = page.url.split('#token=')
const view = await fetch(`${address}${path}stream`, { headers: { authorization: `Bearer ${token}` } })
console.log(path, view.status, view.headers.get('content-type'))
await view.body?.cancel()
await page.close()
app.server.closeAllConnections()
await app.close()
