// The same program on statepool. Run it with `SMTP_PORT=… npx tsx examples/migrating/generic-pool-after.ts`.

import { createPool } from 'statepool'
import { smtp } from '../smtp-driver.js' // connect, validate, close and so on: the factory

const pool = createPool(smtp({ host: 'localhost', port: Number(process.env.SMTP_PORT) }), {
  min: 0,
  max: 3,
  acquireTimeout: 5_000,
  maxWaiting: 100,
  validateAfter: 0,
  idleTimeout: 60_000,
})
pool.events$.subscribe(event => {
  if (event.type === 'connection.failed') console.error(event.error)
})

await pool.use(client => client.send({ from: 'a@example.org', to: ['b@example.org'], text: 'one' }))

{
  await using lease = await pool.acquire({ priority: 1 }) // before those of priority 0
  await lease.connection.send({ from: 'a@example.org', to: ['b@example.org'], text: 'two' })
}

await pool.close()
console.log('done')
