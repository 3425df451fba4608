// A first program: a pool on the simulated database, which needs no server. Run it with `npx tsx examples/first-program.ts`.

import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'

const pool = createPool(simulated(), { min: 2, max: 10 })

// Lease a connection for one callback: the pool always gets it back.
const { rows } = await pool.use(connection => connection.query('select 42'))
console.log('answer:', rows[0])

// Ask for more than there is: the others wait in the queue.
const answers = await Promise.all(
  Array.from({ length: 30 }, (_, n) => pool.use(connection => connection.query(`select ${n}`))),
)
const { acquired, opened, idle } = pool.stats()
console.log(`${answers.length} answers; ${acquired} leases on ${opened} connections; ${idle} idle now`)

await pool.close()
