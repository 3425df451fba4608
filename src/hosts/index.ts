// statepool/hosts: one pool over the servers of a cluster, of which one takes the writes.
export { createHostPool, type Hosts } from './create-host-pool.js'
export { HostPool } from './host-pool.js'
export type { HostNotice, HostPoolNotice } from './notices.js'
export type {
  HostAcquireOptions,
  HostPoolOptions,
  HostQueryOptions,
  HostTargetName,
  HostTransactionOptions,
} from './options.js'
export type { HostPoolHealth, HostPoolStats, PooledHost } from './views.js'
