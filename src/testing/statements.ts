// The statements of `pool.query()` in a simulation: each gets the answer to itself, or one error that can be its own.

import {
  type SimulatedConnection,
  type SimulatedDatabase,
  SimulatedError,
  type SimulatedResult,
} from '../db/simulated/index.js'
import { type Lease, type Pool, PoolError, type QueryOptions } from '../index.js'
import { demand } from './violation.js'

/** What callers may be told who set no limit. */
const told = ['ACQUIRE_TIMEOUT', 'QUEUE_FULL', 'OVERLOADED', 'POOL_CLOSED', 'DATABASE_DOWN', 'LEASE_REVOKED']
/** And those who did. */
const toldOfLimits = ['QUERY_TIMEOUT', 'QUERY_ABORTED', 'ACQUIRE_ABORTED']

/** All of one simulation. */
export class Statements {
  #count = 0
  #unanswered = 0
  #found: unknown

  /** How many were asked for. */
  get count(): number {
    return this.#count
  }

  /** How many have neither an answer nor an error. */
  get unanswered(): number {
    return this.#unanswered
  }

  /**
   * Runs one.
   * @param over called when it is answered
   */
  run(pool: Pool<SimulatedConnection>, options: QueryOptions | undefined, over = (): void => {}): void {
    const text = `select ${++this.#count}`
    this.#unanswered++
    let answers = 0
    const settled = (check: () => void): void => {
      this.#unanswered--
      over()
      try {
        demand(++answers === 1, 'settlement', () => `${text} was answered twice`)
        check()
      } catch (violation) {
        this.#found ??= violation
      }
    }
    pool.query<SimulatedResult>(text, undefined, options).then(
      ({ rows: [row] }) =>
        settled(() =>
          demand(row?.sql === text, 'fence', () => `the caller of ${text} got the answer to ${row?.sql}`),
        ),
      error => settled(() => checkError(text, error, options !== undefined)),
    )
  }

  /**
   * Throws what was found since the last time, and if more statements are under way on a connection than may be.
   * @param depth the pool's `share.depth`; undefined = its statements do not share
   * @param held what callers hold: they may do as they like
   */
  check(
    database: SimulatedDatabase,
    depth: number | undefined,
    held: readonly Lease<SimulatedConnection>[],
  ): void {
    if (this.#found !== undefined) throw this.#found
    if (depth === undefined) return
    const own = new Set(held.map(({ connection }) => connection))
    for (const connection of database.connections) {
      if (connection.state !== 'open' || own.has(connection)) continue
      const { id, running } = connection
      demand(
        running <= depth,
        'fence',
        () => `${running} statements are under way on connection ${id}, and ${depth} may be`,
      )
    }
  }
}

function checkError(text: string, error: unknown, limited: boolean): void {
  const { code = '' } = error as { code?: string }
  const may =
    error instanceof SimulatedError
      ? code !== '57014' // that would be another statement's end
      : error instanceof PoolError && (told.includes(code) || (limited && toldOfLimits.includes(code)))
  demand(may, 'errors', () => `the caller of ${text} was told ${String(error)}, which is not so`)
}
