// The same as graceful-shutdown.ts, for Nest: a provider with two of its lifecycle hooks. Nest itself is not installed here; the class
// Application below does what Nest does when it is told to end.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPool, isPoolError, type Pool } from 'statepool'
import { type SimulatedConnection, simulated } from 'statepool/simulated'

const { REQUEST_TIMEOUT = 15_000, LEASE_TIMEOUT = 5_000, LEAKS = 0 } = process.env

const pool = createPool(simulated({ queryLatency: 300 }), { name: 'orders', max: 2 })

/** Of `@nestjs/core`. */
interface HttpAdapterHost {
  readonly httpAdapter: { getHttpServer(): Server }
}

// #region shutdown
class PoolShutdown {
  constructor(
    readonly pool: Pool<SimulatedConnection>,
    readonly host: HttpAdapterHost,
  ) {}

  // Nest closes its server after this, and waits without a limit for the requests that have begun.
  beforeApplicationShutdown() {
    const server = this.host.httpAdapter.getHttpServer()
    setInterval(() => server.closeIdleConnections(), 100).unref()
    setTimeout(() => this.onApplicationShutdown(), Number(REQUEST_TIMEOUT)).unref() // 15 s
  }

  // All requests are answered, or their time is up: those that still need the pool get an error.
  async onApplicationShutdown() {
    await this.pool.close({ timeout: Number(LEASE_TIMEOUT) }) // 5 s
  }
}
// #endregion

/** Nest's part, in its order: https://docs.nestjs.com/fundamentals/lifecycle-events */
class Application {
  constructor(
    readonly server: Server,
    readonly provider: PoolShutdown,
  ) {}

  enableShutdownHooks(): void {
    process.once('SIGTERM', async signal => {
      this.provider.beforeApplicationShutdown()
      const answered = once(this.server, 'close')
      this.server.close()
      await answered
      await this.provider.onApplicationShutdown()
      process.kill(process.pid, signal)
    })
  }
}

const server = createServer((request, response) => {
  if (request.url === '/ready') {
    response.writeHead(pool.health().status === 'down' ? 503 : 200).end()
    return
  }
  pool
    .use(connection => connection.query('select 42'))
    .then(
      () => response.end('42'),
      error => response.writeHead(503).end(isPoolError(error) ? error.code : 'failed'),
    )
})
const provider = new PoolShutdown(pool, { httpAdapter: { getHttpServer: () => server } })
new Application(server, provider).enableShutdownHooks()

for (let leak = 0; leak < Number(LEAKS); leak++) await pool.acquire() // a bug that the tests plant: never released

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log('listening on', (server.address() as AddressInfo).port)
})
pool.events$.subscribe({ complete: () => console.log('the pool is', pool.stats().state) })
