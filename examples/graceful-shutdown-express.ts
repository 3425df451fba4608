// The same as graceful-shutdown.ts, in Express: app.listen() returns the same kind of server, and the function is the same.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import express, { type Request, type Response } from 'express'
import { createPool, isPoolError } from 'statepool'
import { simulated } from 'statepool/simulated'

const { REQUEST_TIMEOUT = 15_000, LEASE_TIMEOUT = 5_000, LEAKS = 0 } = process.env

const pool = createPool(simulated({ queryLatency: 300 }), { name: 'orders', max: 2 })
let stopping = false

const app = express()
app.get('/ready', (_request: Request, response: Response) => {
  response.sendStatus(stopping || pool.health().status === 'down' ? 503 : 200)
})
app.get('/', async (_request: Request, response: Response) => {
  await pool.use(connection => connection.query('select 42'))
  response.send('42')
})
app.use((error: unknown, _request: Request, response: Response, _next: unknown) => {
  response.status(503).send(isPoolError(error) ? error.code : 'failed')
})

for (let leak = 0; leak < Number(LEAKS); leak++) await pool.acquire() // a bug that the tests plant: never released

// #region stop
const server = app.listen(Number(process.env.PORT ?? 8080), '127.0.0.1')

process.once('SIGTERM', async () => {
  stopping = true // /ready answers 503
  const answered = once(server, 'close')
  server.close()
  setInterval(() => server.closeIdleConnections(), 100)
  await Promise.race([answered, sleep(Number(REQUEST_TIMEOUT))])
  await pool.close({ timeout: Number(LEASE_TIMEOUT) })
  await Promise.race([answered, sleep(1_000)])
  process.exit()
})
// #endregion

await once(server, 'listening')
console.log('listening on', (server.address() as AddressInfo).port)
process.once('exit', () => console.log('the pool is', pool.stats().state))
