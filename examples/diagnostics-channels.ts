// Node's diagnostics channels: how long each caller waited, and what becomes of the pool.

import { subscribe } from 'node:diagnostics_channel'
import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'

// #region subscribe
interface Acquire {
  readonly pool: string
  readonly request: number
  readonly result?: { readonly connection: string; readonly position: number }
}

subscribe('tracing:statepool:acquire:asyncEnd', message => {
  const { pool, request, result } = message as Acquire
  if (result !== undefined)
    console.log(`${pool}: a caller got ${result.connection} from position ${result.position}`)
  else console.log(`${pool}: request ${request} was refused`)
})
subscribe('statepool:pool.closed', message => console.log('closed:', (message as { pool: string }).pool))
// #endregion

const pool = createPool(simulated(), { name: 'orders', max: 1 })
await pool.ready()
const holder = await pool.acquire()
const waiting = pool.acquire()
await pool.acquire({ timeout: 0 }).catch(() => {})
holder.release()
;(await waiting).release()
await pool.close()
