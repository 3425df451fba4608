// postgres.js, which is a driver and a pool in one, and pipelines by itself (max_pipeline: 100). As its users have it: statements are prepared.

import postgres from 'postgres'
import type { BenchPool, Marks, Peer, Settings, Source } from '../peer.js'

export const postgresJs: Peer = {
  name: 'postgres.js',
  kind: 'rival',
  async open<C extends Marks>(
    { connectionString = '' }: Source<C>,
    { max }: Settings,
  ): Promise<BenchPool<C>> {
    const sql = postgres(connectionString, { max })
    const query = async (text: string, values: unknown[]) => [
      ...(await sql.unsafe(text, values as never[], { prepare: true })),
    ]
    await Promise.all(Array.from({ length: max }, () => query('SELECT pg_sleep(0.05)', [])))
    const none = (): never => {
      throw new Error('postgres.js leases no connections in the way of this benchmark.')
    }
    return { acquire: none, connectionOf: none, release: none, query, close: () => sql.end() }
  },
}
