// What every scene plays on: the terminal, the database, and the pools, which are all closed when the demo ends.

import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { createPool, type Driver, type Pool, type PoolOptions } from '../src/index.js'
import type { DemoArguments } from './arguments.js'
import type { Terminal } from './terminal.js'

/** A line of the closing summary: the same work without and with the pool. */
export interface Finding {
  readonly what: string
  readonly without: string
  readonly pooled: string
  readonly ratio: string
}

/** One part of the demo. */
export interface Scene {
  readonly title: string
  /** What it shows, in a sentence. */
  readonly shows: string
  play(stage: Stage): Promise<void>
}

export class Stage {
  /** For the closing summary. */
  readonly findings: Finding[] = []
  readonly #pools = new Set<Pool<never>>()
  #closed = false

  constructor(
    readonly terminal: Terminal,
    /** Connects to the real PostgreSQL. */
    readonly database: Driver<pg.Client>,
    readonly load: Pick<DemoArguments, 'queries' | 'workers'>,
  ) {}

  /** A pool that is closed by the scene, or, at the latest, when the demo ends. */
  open<C>(driver: Driver<C>, options: PoolOptions): Pool<C> {
    if (this.#closed) throw new Error('The demo is over.')
    const pool = createPool(driver, options)
    this.#pools.add(pool as unknown as Pool<never>)
    return pool
  }

  /** Time to read, for those who watch. */
  async beat(): Promise<void> {
    if (this.terminal.live) await pause(350)
  }

  /** Closes every pool at once, leases or not. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#pools].map(pool => pool.close({ timeout: 0 })))
  }
}
