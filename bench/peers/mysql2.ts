// mysql2's own pool, and the drop-in for it; both with the promise API, by the same options.

import type { createPool } from 'mysql2/promise'
import { type BenchPool, fill, type Marks, type Peer, type Settings, type Source } from '../peer.js'

/** Not a literal, so that the compiler looks at the sources, and Node at what is measured. */
const installed: string = 'statepool/mysql2/promise'

export const mysql2: Peer = {
  name: 'mysql2',
  kind: 'rival',
  open: async (source, settings) => open((await import('mysql2/promise')).createPool, source, settings),
}

export const mysqlDropIn: Peer = {
  name: 'statepool/mysql2',
  kind: 'own',
  async open(source, settings) {
    const ours = (await import(installed)) as typeof import('../../src/db/mysql2/promise.js')
    return open(ours.createPool as unknown as typeof createPool, source, settings)
  },
}

type Connection = Awaited<ReturnType<ReturnType<typeof createPool>['getConnection']>>

function open<C extends Marks>(
  create: typeof createPool,
  { mysqlUri }: Source<C>,
  { min, max }: Settings,
): Promise<BenchPool<C>> {
  if (mysqlUri === undefined) throw new Error('A pool of mysql2 takes part on MariaDB alone.')
  const pool = create({ uri: mysqlUri, connectionLimit: max })
  const own: BenchPool<C, Connection> = {
    acquire: () => pool.getConnection(),
    connectionOf: connection => connection as unknown as C,
    release: connection => connection.release(),
    close: () => pool.end(),
  }
  return fill(own, min)
}
