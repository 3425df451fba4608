// Metrics and probes of a pool, served to Prometheus and Kubernetes.
import { createServer } from 'node:http'
import * as client from 'prom-client'
import { createPool } from 'statepool'
import { collect } from 'statepool/prometheus'
import { simulated } from 'statepool/simulated'

const pool = createPool(simulated(), { name: 'orders' })

// #region collect
collect(pool, { client })
// #endregion

// #region probes
const server = createServer(async (request, response) => {
  if (request.url === '/metrics') {
    response.setHeader('content-type', client.register.contentType)
    response.end(await client.register.metrics())
  } else if (request.url === '/ready') {
    const health = pool.health()
    response.statusCode = health.status === 'down' ? 503 : 200
    response.end(JSON.stringify(health))
  } else {
    response.end('alive') // liveness: that this process answers, and nothing about the database
  }
})
// #endregion

server.listen(Number(process.env.PORT ?? 9464), '127.0.0.1', () => {
  console.log('listening on', (server.address() as { port: number }).port)
})
process.once('SIGTERM', async () => {
  server.close()
  await pool.close()
})
