// What the two sides of a pool, callers and connections, work with together.
import type { Driver } from '../db/driver.js'
import type { Generation } from '../machines/connection-types.js'
import type { PoolConfig } from '../options.js'
import { asyncHooks } from '../outside.js'
import { type Counters, newCounters } from './counters.js'
import { Notices } from './events.js'
import { WaitingLine } from './line.js'
import { Nesting } from './nesting.js'
import { Roster } from './roster.js'

/** The pool's generation, as the pool's own actions see it. */
export interface RaisableGeneration extends Generation {
  current: number
}

/** The plain data of one pool. The actions of its actors change it; the façade only counts those whom it refuses itself. */
export interface PoolParts<C> {
  readonly driver: Driver<C>
  readonly config: PoolConfig
  /** The connections. */
  readonly roster: Roster<C>
  /** Those who wait for one. */
  readonly line: WaitingLine<C>
  readonly counters: Counters
  readonly notices: Notices
  /** Undefined unless `deadlockCheck` is on. */
  readonly nesting: Nesting<C> | undefined
  readonly generation: RaisableGeneration
  readonly trouble: Trouble
}

/** What went wrong last, for the errors of those who wait. */
export interface Trouble {
  /** The last validation that failed: when, and how. */
  invalid: { readonly at: number; readonly error: unknown } | undefined
}

/** The parts of a pool that has just been created. */
export function createParts<C>(driver: Driver<C>, config: PoolConfig): PoolParts<C> {
  const Storage = config.deadlockCheck === false ? undefined : asyncHooks?.AsyncLocalStorage
  const nesting = Storage && new Nesting<C>(Storage)
  return {
    driver,
    config,
    roster: new Roster(),
    line: new WaitingLine(),
    counters: newCounters(),
    notices: new Notices(() => config.clock.now()),
    nesting,
    generation: { current: 1 },
    trouble: { invalid: undefined },
  }
}
