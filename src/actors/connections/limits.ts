// The limits of a pool that can be changed while it runs.

import type { Tuning } from '../../core/live-options.js'
import type { ResolvedPoolOptions } from '../../core/options.js'
import type { ConnectionPolicy } from '../../machines/connection-types.js'
import type { UpkeepPolicy } from '../../machines/decisions/upkeep.js'

/** Read whenever they matter; what is given to a connection when it is opened holds for its life. */
export class Limits {
  /** How idle and ageing connections are looked after. */
  upkeep: UpkeepPolicy
  /** What the next connection is given. */
  connection: ConnectionPolicy

  constructor(config: ResolvedPoolOptions) {
    const { idleTimeout, keepalive, maxLifetime } = config
    this.upkeep = Object.freeze({ idleTimeout, keepalive, maxLifetime, keepIdle: 0 })
    this.connection = connectionPolicy(config)
  }

  /** @param changes those that are given, checked */
  change(changes: Tuning): void {
    const { idleTimeout, maxLifetime, keepIdle = 0 } = { ...this.upkeep, ...changes }
    const { connectTimeout, maxUses } = { ...this.connection, ...changes }
    this.upkeep = Object.freeze({ ...this.upkeep, idleTimeout, maxLifetime, keepIdle })
    this.connection = Object.freeze({ ...this.connection, connectTimeout, maxUses })
  }
}

/** A connection's own limits and no more: they are in its snapshot, which can be printed and persisted. */
function connectionPolicy(config: ResolvedPoolOptions): ConnectionPolicy {
  const { connectTimeout, validateAfter, validateTimeout, resetTimeout, closeTimeout, maxUses } = config
  return Object.freeze({
    connectTimeout,
    validateAfter,
    validateTimeout,
    resetTimeout,
    closeTimeout,
    maxUses,
    asks: config.onLend !== undefined,
    undoes: config.onReturn !== undefined,
  })
}
