// Every transition of a pool and its connections, as it happens, while the pool runs at full speed.

import { createPool, type PoolTransition } from 'statepool'
import { simulated } from 'statepool/simulated'

await using pool = createPool(simulated({ connectLatency: 5 }), { min: 1, max: 1 })

// #region observe
const stop = pool.transitions(({ actor, event, from, to }: PoolTransition) => {
  if (from !== to) console.log(`${actor}: ${from} → ${to} (${event})`)
})
// #endregion

await pool.ready()
const lease = await pool.acquire()
lease.release()
pool.pause()
pool.resume()
stop()
await pool.use(connection => connection.query('select 1'))
console.log('done')
