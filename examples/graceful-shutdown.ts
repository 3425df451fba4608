// A server that ends on SIGTERM within Kubernetes' 30 seconds: requests that have begun are answered, and no leaked lease holds it up.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPool, isPoolError } from 'statepool'
import { simulated } from 'statepool/simulated'

const { REQUEST_TIMEOUT = 15_000, LEASE_TIMEOUT = 5_000, LEAKS = 0 } = process.env

const pool = createPool(simulated({ queryLatency: 300 }), { name: 'orders', max: 2 })

// #region server
let stopping = false

const server = createServer(async (request, response) => {
  if (request.url === '/ready') {
    const down = stopping || pool.health().status === 'down'
    response.writeHead(down ? 503 : 200).end()
    return
  }
  try {
    await pool.use(connection => connection.query('select 42'))
    response.end('42')
  } catch (error) {
    response.writeHead(503).end(isPoolError(error) ? error.code : 'failed')
  }
})
// #endregion

// #region stop
async function stop(): Promise<void> {
  stopping = true // /ready answers 503
  const answered = once(server, 'close')
  server.close() // accepts no more connections; requests that have begun go on
  setInterval(() => server.closeIdleConnections(), 100) // keep-alive connections, once they are answered
  await Promise.race([answered, sleep(Number(REQUEST_TIMEOUT))]) // 15 s
  await pool.close({ timeout: Number(LEASE_TIMEOUT) }) // 5 s for leases, and at most closeTimeout (5 s) after that
  await Promise.race([answered, sleep(1_000)]) // callers that waited in vain have been refused: their answers go out
  process.exit() // whatever else is open does not delay the end
}

process.once('SIGTERM', stop)
// #endregion

for (let leak = 0; leak < Number(LEAKS); leak++) await pool.acquire() // a bug that the tests plant: never released

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log('listening on', (server.address() as AddressInfo).port)
})
process.once('exit', () => console.log('the pool is', pool.stats().state))
