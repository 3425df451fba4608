// The contestants by name. Each is loaded only in the process that measures it.

import type { Peer } from '../peer.js'

export const peers: Readonly<Record<string, () => Promise<Peer>>> = {
  limit: async () => (await import('./limit.js')).limit,
  statepool: async () => (await import('./statepool.js')).statepool,
  'statepool (interpreted)': async () => (await import('./statepool.js')).interpreted,
  'statepool (recorded)': async () => (await import('./statepool.js')).recorded,
  'statepool (shared)': async () => (await import('./statepool.js')).sharing,
  'statepool/pg (shared)': async () => (await import('./drop-in.js')).sharingDropIn,
  'statepool/pg': async () => (await import('./drop-in.js')).dropIn,
  'generic-pool': async () => (await import('./generic-pool.js')).genericPool,
  'lightning-pool': async () => (await import('./lightning-pool.js')).lightningPool,
  tarn: async () => (await import('./tarn.js')).tarn,
  'sequelize-pool': async () => (await import('./sequelize-pool.js')).sequelizePool,
  'pg-pool': async () => (await import('./pg-pool.js')).pgPool,
  mysql2: async () => (await import('./mysql2.js')).mysql2,
  'statepool/mysql2': async () => (await import('./mysql2.js')).mysqlDropIn,
  'postgres.js': async () => (await import('./postgres-js.js')).postgresJs,
}

export const peerNames: readonly string[] = Object.keys(peers)

/** Those that statepool is measured against. */
export const rivals: readonly string[] = peerNames.filter(
  name => name !== 'limit' && !name.startsWith('statepool'),
)
