// What a recording says of its pool: nothing that could be secret.
import type { PoolSystem } from '../actors/pool-actor.js'
import type { RecordedPool } from './format.js'

/** The options that a recording has: numbers and choices; `name`, `clock` and `random` are not among them. */
const shown = [
  'min',
  'max',
  'acquireTimeout',
  'connectTimeout',
  'idleTimeout',
  'maxLifetime',
  'maxUses',
  'validateAfter',
  'validateTimeout',
  'keepalive',
  'resetTimeout',
  'closeTimeout',
  'drainTimeout',
  'maxConnecting',
  'maxWaiting',
  'whenDown',
  'leakWarning',
  'leakSampling',
  'deadlockCheck',
  'allowExitOnIdle',
] as const

/** Name, driver and options of a running pool. */
export function recordedPool<C>({ parts: { name, driver, config } }: PoolSystem<C>): RecordedPool {
  const options = Object.fromEntries(
    shown.map(option => {
      const value = config[option]
      return [option, value === Number.POSITIVE_INFINITY ? null : value]
    }),
  )
  return { name, driver: driver.name, options }
}
