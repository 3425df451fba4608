// pg-pool, which is what `pg.Pool` is: with pg.Client it is node-postgres's own pool, else with a stub of one.
//
// No idle timer (idleTimeoutMillis: 0), no lifetime, no deadline for acquires unless one is asked for (its defaults).

import PgPool from 'pg-pool'
import { type BenchPool, fill, type Marks, type Peer, type Settings, type Source } from '../peer.js'
import { type Client, clientsOf, connectionOf } from './stub-client.js'

export const pgPool: Peer = {
  name: 'pg-pool',
  kind: 'rival',
  async open<C extends Marks>(
    source: Source<C>,
    { min, max, acquireTimeout = 0, defaults = false }: Settings,
  ): Promise<BenchPool<C>> {
    const pool = new PgPool({
      ...clientsOf(source),
      min,
      max,
      ...(!defaults && { idleTimeoutMillis: 0, connectionTimeoutMillis: acquireTimeout }),
    })
    const { options } = pool as unknown as { options: { connectionTimeoutMillis: number } }
    const connect = () => pool.connect() as unknown as Promise<Client<C>>
    return fill(
      {
        acquire: connect,
        connectionOf: connectionOf(source),
        release: (client: Client<C>) => client.release(),
        // The deadline is an option of the pool that it reads at each acquire.
        acquireWithin(timeout: number) {
          options.connectionTimeoutMillis = timeout
          const acquired = connect()
          options.connectionTimeoutMillis = acquireTimeout
          return acquired
        },
        query: async (text: string, values: unknown[]) => (await pool.query(text, values)).rows,
        close: () => pool.end(),
      },
      min,
    )
  },
}
