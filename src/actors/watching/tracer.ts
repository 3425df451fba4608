// One who follows what goes on in a pool: Node's diagnostics channels, and telemetry that is attached.
import type { BeginOptions } from '../../db/driver.js'

/** The answer to a caller; without a lease and an error, a statement was sent on a connection that others share while it waited. `at` is when it was given, as `performance.now()` tells the time: the tracer is told a moment later. */
export interface AcquireEnd {
  readonly at: number
  /** The number of the lease; undefined when the caller has none. */
  readonly lease?: number
  /** The id of the connection. */
  readonly connection?: string
  readonly error?: unknown
  /** The caller's first position in the queue; 0 = it never joined it. */
  readonly position: number
}

/** What became of a connect: `error`, or, if the pool no longer wanted the connection, `reason`; if neither is there, it is open. */
export interface ConnectEnd {
  readonly at: number
  readonly error?: unknown
  readonly reason?: string
}

/** On whose behalf a caller asks, and by which lane: what it passed to `acquire`. */
export interface AcquireTerms {
  readonly tenant?: string
  readonly lane?: string
}

/** One who follows what goes on in a pool. It may not throw. */
export interface Tracer {
  /**
   * A caller asks. Called in its async context.
   * @param request the number of the request
   * @param run hands the request to the pool; to be called once
   * @param terms what few callers say
   * @returns told of the answer, in the caller's async context, before the caller goes on
   */
  acquire(pool: string, request: number, run: () => void, terms: AcquireTerms): (end: AcquireEnd) => void
  /**
   * A connect begins. Called outside of any caller's async context.
   * @returns told of the outcome, outside as well
   */
  connect(pool: string, connection: string): (end: ConnectEnd) => void
  /**
   * A transaction begins. Called in the caller's async context.
   * @param run runs all of it; to be called once
   */
  transaction<T>(pool: string, begin: BeginOptions, run: () => Promise<T>): Promise<T>
}
