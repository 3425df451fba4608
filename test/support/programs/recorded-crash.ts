// A program with a recorder that ends by an uncaught exception.
import { createPool } from 'statepool'
import { recorder } from 'statepool/recorder'
import { simulated } from 'statepool/simulated'

const pool = createPool(simulated({ connectLatency: 1 }), { name: 'crashing', min: 1, max: 1 })
recorder(pool, { folder: process.argv[2] })
await pool.ready()
await pool.acquire()
setTimeout(() => {
  throw Object.assign(new Error("insert 'hunter2'"), { code: 'E_APP' })
}, 1)
