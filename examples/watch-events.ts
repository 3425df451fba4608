// What happens in a pool, as an RxJS stream: every request, lease and connection, and a warning made of them.

import { filter, map } from 'rxjs'
import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'

const pool = createPool(simulated({ connectLatency: 20 }), { min: 0, max: 2 })

const log = pool.events$.subscribe({
  next: event => console.log(event.type, 'connection' in event ? event.connection : ''),
  complete: () => console.log('the pool is closed, and so is its stream'),
})

// Any RxJS operator will do: here, who held a connection for long.
pool.events$
  .pipe(
    filter(event => event.type === 'lease.released'),
    filter(event => event.heldFor > 50),
    map(event => `lease ${event.lease} held ${event.connection} for more than 50 ms`),
  )
  .subscribe(warning => console.warn(warning))

await pool.use(connection => connection.query('select 1'))
await pool.use(() => new Promise(resolve => setTimeout(resolve, 80)))
await pool.close()
log.unsubscribe()
