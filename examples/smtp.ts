// A pool of connections to a mail server. Run it with `SMTP_PORT=… npx tsx examples/smtp.ts`, a mail server on this machine.

import { createPool } from 'statepool'
import { smtp } from './smtp-driver.js'

const driver = smtp({ host: '127.0.0.1', port: Number(process.env.SMTP_PORT ?? 25) })
await using pool = createPool(driver, { min: 0, max: 3, idleTimeout: 60_000 })

const newsletter = (to: string) => ({ from: 'news@example.org', to: [to], text: 'Nothing happened.\n' })
const readers = Array.from({ length: 20 }, (_, n) => `reader-${n + 1}@example.org`)

// Twenty callers at once, and three connections.
await Promise.all(readers.map(reader => pool.use(client => client.send(newsletter(reader)))))

// The pool resets the unfinished mail before another caller gets the connection.
await pool
  .use(client => client.send(newsletter('nobody@example.org')))
  .catch((error: Error) => console.log('refused:', error.message))

const { acquired, opened } = pool.stats()
console.log(`${acquired} leases on ${opened} connections`)
