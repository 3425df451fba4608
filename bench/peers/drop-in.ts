// The drop-in for pg.Pool, imported by its name like any user's; with pg.Client, or with the stub of one that pg-pool gets, too.
//
// validateAfter: false and maxConnecting as in statepool's own row; no idle timer, no lifetime and no deadline, as in pg-pool's.

import { type BenchPool, fill, type Marks, type Peer, type Settings, type Source } from '../peer.js'
import { type Client, clientsOf, connectionOf } from './stub-client.js'

/** Not a literal, so that the compiler looks at the sources, and Node at what is measured. */
const installed: string = 'statepool/pg'

export const dropIn: Peer = {
  name: 'statepool/pg',
  kind: 'own',
  open: (source, settings) => open(source, settings, false),
}

/** Statements share connections. */
export const sharingDropIn: Peer = {
  name: 'statepool/pg (shared)',
  kind: 'own',
  open: (source, settings) => open(source, settings, true),
}

async function open<C extends Marks>(
  source: Source<C>,
  { min, max, acquireTimeout = 0, defaultPace = false, defaults = false }: Settings,
  share: boolean,
): Promise<BenchPool<C, Client<C>>> {
  const { Pool } = (await import(installed)) as typeof import('../../src/db/pg/index.js')
  const pool = new Pool({
    ...clientsOf(source),
    min,
    max,
    ...(!defaults && {
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: acquireTimeout,
      statepool: {
        validateAfter: false,
        ...(!defaultPace && { maxConnecting: max }),
        ...(share && { share }),
      },
    }),
  })
  const own: BenchPool<C, Client<C>> = {
    acquire: () => pool.connect() as unknown as Promise<Client<C>>,
    connectionOf: connectionOf(source),
    release: client => client.release(),
    query: async (text, values) => (await pool.query(text, values)).rows,
    close: () => pool.end(),
  }
  return fill(own, min) // as pg.Pool, it opens on demand
}
