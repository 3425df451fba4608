// Those who ask a pool for connections, and what each was told.

import type { SimulatedConnection } from '../db/simulated/index.js'
import { type AcquireOptions, type Lease, PoolError } from '../index.js'
import { demand, rounding } from './violation.js'

/** One call of acquire, and what became of it. */
export interface Caller {
  /** Counted from 1. */
  readonly order: number
  readonly priority: number
  readonly tenant: string | undefined
  readonly lane: string | undefined
  /** When it asked, in milliseconds. */
  readonly at: number
  /** When it is told at the latest. */
  deadline: number
  /** Whether the pool was paused while it waited, which does not count. */
  paused: boolean
  readonly signal: AbortSignal | undefined
  lease?: Lease<SimulatedConnection>
  error?: unknown
}

/** How many callers were told what. */
export interface Outcomes {
  acquired: number
  timedOut: number
  aborted: number
  refused: number
}

/** What must be so for a caller to be told something. */
export interface Circumstances {
  readonly now: number
  readonly closing: boolean
  readonly bounded: boolean
  /** How long a caller may wait while the pool is overloaded; undefined = it sheds no load. */
  readonly target: number | undefined
}

/** All callers of acquire. */
export class Callers {
  readonly outcomes: Outcomes = { acquired: 0, timedOut: 0, aborted: 0, refused: 0 }
  readonly waiting = new Set<Caller>()
  readonly #held = new Map<Lease<SimulatedConnection>, Caller>()
  readonly #setUp: Readonly<Record<string, string>>
  #count = 0

  /** @param setUp the settings with which each session begins */
  constructor(setUp: Readonly<Record<string, string>> = {}) {
    this.#setUp = setUp
  }

  /** How many asked so far. */
  get count(): number {
    return this.#count
  }

  /** The leases that are out. */
  get held(): readonly Lease<SimulatedConnection>[] {
    for (const lease of this.#held.keys()) if (!lease.held) this.#held.delete(lease)
    return [...this.#held.keys()]
  }

  /** The lane by which a lease that is out was asked for. */
  laneOf(lease: Lease<SimulatedConnection>): string | undefined {
    return this.#held.get(lease)?.lane
  }

  add(options: AcquireOptions | undefined, defaultTimeout: number, at: number, paused: boolean): Caller {
    const { timeout, priority = 0, tenant, lane, signal } = asked(options)
    const deadline = at + (timeout ?? defaultTimeout)
    const caller: Caller = { order: ++this.#count, priority, tenant, lane, at, deadline, paused, signal }
    this.waiting.add(caller)
    return caller
  }

  noteGranted(caller: Caller, lease: Lease<SimulatedConnection>): void {
    this.waiting.delete(caller)
    caller.lease = lease
    this.outcomes.acquired++
    demand(
      caller.paused || lease.acquiredAt <= caller.deadline,
      'settlement',
      () =>
        `caller ${caller.order} got a lease ${lease.acquiredAt - caller.deadline} ms after its time was up`,
    )
    if (!lease.held) return // lost, or released, in the same tick
    this.#held.set(lease, caller)
    const { connection } = lease
    const { settings } = connection
    const setUp = this.#setUp
    demand(
      Object.keys({ ...settings, ...setUp }).every(name => settings[name] === setUp[name]),
      'fence',
      () =>
        `caller ${caller.order} got connection ${connection.id} with the settings ${JSON.stringify(settings)} instead of ${JSON.stringify(setUp)}`,
    )
    demand(
      connection.transaction === 'none' && connection.running === 0,
      'fence',
      () =>
        `caller ${caller.order} got connection ${connection.id} with ${connection.running} queries running and its transaction ${connection.transaction}`,
    )
  }

  noteRefused(caller: Caller, error: unknown, { now, closing, bounded, target }: Circumstances): void {
    this.waiting.delete(caller)
    caller.error = error
    const code = error instanceof PoolError ? error.code : undefined
    demand(code !== undefined, 'errors', () => `caller ${caller.order} was told ${String(error)}`)
    if (code === 'OPTIONS_INVALID') return // it never asked
    if (code === 'QUERY_ABORTED' || code === 'LEASE_REVOKED') {
      this.outcomes.acquired++ // its lease came as it gave up, or as the connection was lost, and its work did not begin
      return
    }
    if (code === 'ACQUIRE_TIMEOUT') this.outcomes.timedOut++
    else if (code === 'ACQUIRE_ABORTED') this.outcomes.aborted++
    else this.outcomes.refused++
    const untrue =
      (code === 'ACQUIRE_TIMEOUT' && now < caller.deadline) ||
      (code === 'ACQUIRE_ABORTED' && caller.signal?.aborted !== true) ||
      (code === 'POOL_CLOSED' && !closing) ||
      (code === 'QUEUE_FULL' && !bounded) ||
      (code === 'OVERLOADED' && !(now >= caller.at + (target ?? Number.POSITIVE_INFINITY) - rounding))
    demand(
      !untrue,
      'errors',
      () => `caller ${caller.order} was told ${code} after ${now - caller.at} ms, which is not so`,
    )
  }

  /** The pool is paused from now on. */
  notePaused(): void {
    for (const caller of this.waiting) caller.paused = true
  }

  /** The process is frozen until then; callers learn nothing earlier. */
  noteFrozen(until: number): void {
    for (const caller of this.waiting) caller.deadline = Math.max(caller.deadline, until)
  }

  /** Throws if a caller should have had its answer by now. */
  check(now: number): void {
    for (const { order, deadline, paused, signal } of this.waiting) {
      demand(
        paused || now <= deadline,
        'settlement',
        () => `caller ${order} waits ${now - deadline} ms after its time was up`,
      )
      demand(signal?.aborted !== true, 'settlement', () => `caller ${order} waits although it gave up`)
    }
  }

  /** Those of the same tenant and lane who came before a caller, and were not served before it. */
  passedOver({ order, priority, tenant, lane }: Caller): readonly Caller[] {
    const before: Caller[] = []
    for (const other of this.waiting) {
      const isAlike = other.priority === priority && other.tenant === tenant && other.lane === lane
      if (isAlike && other.order < order) before.push(other)
    }
    return before
  }
}

/** Bad options are the caller's mistake, and the pool's to refuse. */
function asked(options: unknown): AcquireOptions {
  return typeof options === 'object' && options !== null ? options : {}
}

/** What is said of it in a trace. */
export function describeRequest(options: AcquireOptions | undefined): string {
  const parts: string[] = []
  if (options?.timeout !== undefined) parts.push(`timeout ${options.timeout} ms`)
  if (options?.priority) parts.push(`priority ${options.priority}`)
  if (options?.tenant) parts.push(`tenant ${options.tenant}`)
  if (options?.lane) parts.push(`lane ${options.lane}`)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}
