// With tarn. Run it with `SMTP_PORT=… npx tsx examples/migrating/tarn-before.ts`, a mail server on this machine.

import { connect } from 'node:net'
import { Pool } from 'tarn'
import { SmtpClient } from '../smtp-driver.js'

const pool = new Pool<SmtpClient>({
  async create() {
    const client = new SmtpClient(connect(Number(process.env.SMTP_PORT)), () => {})
    await client.greet('localhost')
    return client
  },
  validate: client => client.clean,
  destroy: client => client.command('QUIT'),
  min: 0,
  max: 1,
  acquireTimeoutMillis: 5_000,
  createTimeoutMillis: 10_000,
  idleTimeoutMillis: 60_000,
})
pool.on('createFail', (_, error) => console.error(error))

const client = await pool.acquire().promise
try {
  const second = pool.acquire() // waits, for there is only one
  second.abort()
  await second.promise.catch((error: Error) => console.log('gave up:', error.message))
  await client.send({ from: 'a@example.org', to: ['b@example.org'], text: 'one' })
} finally {
  pool.release(client)
}

await pool.destroy()
