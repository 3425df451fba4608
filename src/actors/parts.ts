// What the two sides of a pool, callers and connections, work with together.
import type { Driver } from '../db/driver.js'
import type { PoolConfig } from '../options.js'
import { type Counters, newCounters } from './counters.js'
import { Notices } from './events.js'
import { WaitingLine } from './line.js'
import { Roster } from './roster.js'

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
}

/** The parts of a pool that has just been created. */
export function createParts<C>(driver: Driver<C>, config: PoolConfig): PoolParts<C> {
  return {
    driver,
    config,
    roster: new Roster(),
    line: new WaitingLine(),
    counters: newCounters(),
    notices: new Notices(() => config.clock.now()),
  }
}
