// The same as graceful-shutdown.ts, in Fastify: a request that hangs keeps app.close() waiting, and the pool is closed all the same.

import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import { createPool, isPoolError } from 'statepool'
import { simulated } from 'statepool/simulated'

const { REQUEST_TIMEOUT = 15_000, LEASE_TIMEOUT = 5_000, LEAKS = 0 } = process.env

const pool = createPool(simulated({ queryLatency: 300 }), { name: 'orders', max: 2 })

const app = Fastify()
app.get('/ready', (_request, reply) => reply.code(pool.health().status === 'down' ? 503 : 200).send())
app.get('/', () => pool.use(connection => connection.query('select 42')).then(() => '42'))
app.setErrorHandler((error, _request, reply) =>
  reply.code(503).send(isPoolError(error) ? error.code : 'failed'),
)

// #region stop
process.once('SIGTERM', async () => {
  const answered = app.close()
  setInterval(() => app.server.closeIdleConnections(), 100) // else keep-alive connections last 72 s
  await Promise.race([answered, sleep(Number(REQUEST_TIMEOUT))])
  await pool.close({ timeout: Number(LEASE_TIMEOUT) })
  await Promise.race([answered, sleep(1_000)])
  process.exit()
})
// #endregion

for (let leak = 0; leak < Number(LEAKS); leak++) await pool.acquire() // a bug that the tests plant: never released

const address = await app.listen({ port: Number(process.env.PORT ?? 8080), host: '127.0.0.1' })
console.log('listening on', new URL(address).port)
process.once('exit', () => console.log('the pool is', pool.stats().state))
