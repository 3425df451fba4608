// What follows callers, connects and transactions from their begin to their end: Node's diagnostics channels, and telemetry that is attached.

import { outside } from '../../core/outside.js'
import type { BeginOptions } from '../../db/driver.js'
import type { AcquireRequest, Watch } from '../callers/request.js'
import type { Lease } from '../leases/lease.js'
import { channelTracer } from './channel-tracer.js'
import { acquires, connects, isHeard, type TraceChannel, transactions } from './channels.js'
import { type Followed, follow } from './followers.js'
import type { AcquireEnd, AcquireTerms, ConnectEnd, Tracer } from './tracer.js'

export type { AcquireEnd, AcquireTerms, ConnectEnd, Tracer } from './tracer.js'

/** Where a pool has its name and its tracers. */
export interface Traced extends Followed {
  readonly name: string
  /** Undefined while there are none. */
  tracers: readonly Tracer[] | undefined
}

/**
 * Attaches a tracer to a pool's parts.
 * @returns a function that takes it away; a second call does nothing
 */
export function trace(parts: Traced, tracer: Tracer): () => void {
  if (parts.tracers === undefined) follow(parts, 1)
  const others = parts.tracers ?? []
  if (!others.includes(tracer)) parts.tracers = [...others, tracer]
  return () => {
    if (parts.tracers === undefined) return
    const left = parts.tracers.filter(other => other !== tracer)
    parts.tracers = left.length === 0 ? undefined : left
    if (parts.tracers === undefined) follow(parts, -1)
  }
}

/** Whether an acquire is to be followed, or is not plain for another reason. Asked for each one. */
export const isFollowed = ({ followers }: Traced): boolean => followers !== 0 || isHeard(acquires)

/** Whether tracers or Node's channel follow acquires. */
export const isTraced = ({ tracers }: Traced): boolean => tracers !== undefined || isHeard(acquires)

/** Submits a request, and follows it until it is answered. */
export function traceAcquire<C>(parts: Traced, request: AcquireRequest<C>, submit: () => void): void {
  const answer = new Answer<C>()
  request.watch = answer
  const terms = termsOf(request)
  const ends: ((end: AcquireEnd) => void)[] = []
  let run = submit
  for (const tracer of tracersOf(parts, acquires)) {
    const next = run
    run = () => ends.push(tracer.acquire(parts.name, request.order, next, terms))
  }
  run()
  const finish = (): void => {
    const end = answer.endOf(request)
    for (const tell of ends) tell(end)
  }
  if (!request.waits) finish()
  // In a reaction of its own: outside of the message that answered the caller, in the caller's async context, and before the caller goes on.
  else new Promise<void>(resolve => answer.whenGiven(resolve)).then(finish)
}

const saidNothing: AcquireTerms = {}

const termsOf = <C>({ terms }: AcquireRequest<C>): AcquireTerms =>
  terms === undefined
    ? saidNothing
    : {
        ...(terms.tenant !== undefined && { tenant: terms.tenant }),
        ...(terms.lane !== undefined && { lane: terms.lane.name }),
      }

/** Watches one request. */
class Answer<C> implements Watch<C> {
  #at = 0
  #lease: Lease<C> | undefined
  #error: unknown
  #given: (() => void) | undefined

  settled(_: AcquireRequest<C>, lease: Lease<C> | undefined, error: unknown): void {
    this.#at = performance.now()
    this.#lease = lease
    this.#error = error
    this.#given?.()
  }

  whenGiven(call: () => void): void {
    this.#given = call
  }

  endOf({ joinedAt: position }: AcquireRequest<C>): AcquireEnd {
    const lease = this.#lease
    return lease === undefined
      ? { at: this.#at, position, error: this.#error }
      : { at: this.#at, position, lease: lease.id, connection: lease.connectionId }
  }
}

/** Who is told of the ends of connects that are followed. */
const open = new WeakMap<object, ((end: ConnectEnd) => void)[]>()

/** A connection begins to connect. */
export function traceConnect(parts: Traced, record: { readonly id: string }): void {
  if (parts.tracers === undefined && !isHeard(connects)) return
  outside(() => {
    open.set(
      record,
      tracersOf(parts, connects).map(tracer => tracer.connect(parts.name, record.id)),
    )
  })
}

/** It no longer does, or has long been told not to. */
export function traceConnected(record: object, outcome: Omit<ConnectEnd, 'at'>): void {
  const ends = open.get(record)
  if (ends === undefined) return
  open.delete(record)
  const end = { at: performance.now(), ...outcome }
  outside(() => {
    for (const tell of ends) tell(end)
  })
}

/** Runs a transaction, and follows it if anyone wants to know. */
export function traceTransaction<T>(parts: Traced, begin: BeginOptions, run: () => Promise<T>): Promise<T> {
  if (parts.tracers === undefined && !isHeard(transactions)) return run()
  return tracersOf(parts, transactions).reduce<() => Promise<T>>(
    (next, tracer) => () => tracer.transaction(parts.name, begin, next),
    run,
  )()
}

function tracersOf({ tracers = [] }: Traced, channel: TraceChannel): readonly Tracer[] {
  return isHeard(channel) ? [...tracers, channelTracer] : tracers
}
