// A process of a fleet: its callers ask for connections all the time, and it tells four times a second how many it has served.

import { postgres } from '../../../src/db/pg/index.js'
import { fleet } from '../../../src/fleet/index.js'
import { createPool } from '../../../src/index.js'

const { connection, name, application, connections, callers, min = 0 } = JSON.parse(process.argv[2] ?? '{}')
const pool = createPool(postgres({ ...connection, application_name: application }), {
  name,
  min,
  max: connections,
  acquireTimeout: Number.POSITIVE_INFINITY,
  fleet: fleet({ name, connections }),
})
let served = 0
let failed = 0
let busy = callers
const work = async (index: number): Promise<void> => {
  for (;;) {
    if (index >= busy) await new Promise(resolve => setTimeout(resolve, 20))
    else
      await pool
        .use(client => client.query('SELECT pg_sleep(0.01)'))
        .then(
          () => served++,
          error => {
            failed++
            console.error(error)
          },
        )
  }
}
for (let index = 0; index < 10; index++) void work(index)
setInterval(() => {
  const { total, heldBack, failedConnects } = pool.stats()
  process.stdout.write(`${JSON.stringify({ served, failed, total, heldBack, failedConnects })}\n`)
}, 250)
process.stdin.on('data', text => {
  busy = Number(text) // how many callers are to ask from now on
})
