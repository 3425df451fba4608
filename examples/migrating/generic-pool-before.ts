// With generic-pool. Run it with `SMTP_PORT=… npx tsx examples/migrating/generic-pool-before.ts`, a mail server on this machine.

import { connect } from 'node:net'
import { createPool } from 'generic-pool'
import { SmtpClient } from '../smtp-driver.js'

const pool = createPool<SmtpClient>(
  {
    async create() {
      const client = new SmtpClient(connect(Number(process.env.SMTP_PORT)), () => {})
      await client.greet('localhost')
      return client
    },
    validate: client =>
      client.command('NOOP').then(
        () => true,
        () => false,
      ),
    async destroy(client) {
      await client.command('QUIT')
    },
  },
  {
    max: 3,
    acquireTimeoutMillis: 5_000,
    maxWaitingClients: 100,
    priorityRange: 2,
    testOnBorrow: true,
    idleTimeoutMillis: 60_000,
    evictionRunIntervalMillis: 10_000,
  },
)
pool.on('factoryCreateError', error => console.error(error))

await pool.use(client => client.send({ from: 'a@example.org', to: ['b@example.org'], text: 'one' }))

const client = await pool.acquire(0) // before those of priority 1
try {
  await client.send({ from: 'a@example.org', to: ['b@example.org'], text: 'two' })
  await pool.release(client)
} catch (error) {
  await pool.destroy(client)
  throw error
}

await pool.drain()
await pool.clear()
console.log('done')
