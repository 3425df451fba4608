// The same program on statepool. Run it with `SMTP_PORT=… npx tsx examples/migrating/tarn-after.ts`.

import { createPool } from 'statepool'
import { smtp } from '../smtp-driver.js' // connect, validate, close and so on: create, validate, destroy

const pool = createPool(smtp({ host: 'localhost', port: Number(process.env.SMTP_PORT) }), {
  min: 0,
  max: 1,
  acquireTimeout: 5_000,
  connectTimeout: 10_000,
  idleTimeout: 60_000,
})
pool.events$.subscribe(event => {
  if (event.type === 'connection.failed') console.error(event.error)
})

{
  await using lease = await pool.acquire()
  const controller = new AbortController()
  const second = pool.acquire({ signal: controller.signal }) // waits, for there is only one
  controller.abort('aborted')
  await second.catch((error: Error) => console.log('gave up:', error.cause))
  await lease.connection.send({ from: 'a@example.org', to: ['b@example.org'], text: 'one' })
}

await pool.close()
