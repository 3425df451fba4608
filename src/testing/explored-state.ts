// The state of an explored world as text, in which worlds that differ only in names are the same.

import type { AnyActorRef } from 'xstate'
import { systemBehind } from '../actors/create-pool.js'
import type { Pool } from '../index.js'
import type { CallbackInside } from './explored-callbacks.js'
import type { Session } from './explored-driver.js'

/** A call of the driver that has not been answered. */
export interface PendingCall {
  readonly kind: string
  /** The number of the session, which is the number of its connection too. */
  readonly session: number
  /** When it began. */
  readonly since: number
}

/** What the driver knows of a session. */
export interface KnownSession {
  readonly id: number
  /** Its holder has ended it. */
  readonly ended: boolean
  readonly dirty: boolean
  readonly exposed: boolean
}

/** A statement that was sent and not answered. */
export interface PendingStatement {
  readonly session: number
  readonly since: number
  readonly exposed: boolean
  readonly requests: number
  /** Its caller has not given up. */
  readonly awaited: boolean
}

/** What the world knows beside the pool. */
export interface Circumstances {
  readonly now: number
  readonly calls: readonly PendingCall[]
  /** The sessions that are open, and what the driver knows of them. */
  readonly sessions: readonly KnownSession[]
  /** Callers who have not asked yet. */
  readonly outside: number
  /** Of callers who are not all alike: of which kind they are, by what they do. */
  readonly kinds: unknown
  /** When those asked who wait. */
  readonly askedAt: readonly number[]
  /** Callers who hold a lease that was revoked. */
  readonly bereft: number
  /** In the order in which they were sent. */
  readonly statements: readonly PendingStatement[]
  /** Statements that were not asked for yet. */
  readonly statementsOutside: number
  /** When those were asked for that have not been sent. */
  readonly unsentAt: readonly number[]
  /** Callbacks that run. */
  readonly callbacks: readonly CallbackInside[]
  /** When timers will fire. */
  readonly timers: readonly number[]
}

/** How long ago something was is of no account after so long: the longest memory of the pool's decisions, in milliseconds. */
const memory = 5_001

/**
 * Two worlds with the same text have the same future, but for names: callers are told apart by how long they have waited, connections by
 * what they do, for whom and for how long, and by the order in which they would be leased. Everything that the pool's decisions look at is
 * in it: its sizes, its streak of failures, its pace, and all its timers.
 */
export function describeState<C>(pool: Pool<C>, around: Circumstances): string {
  const { now, calls, sessions, statements, timers, askedAt, unsentAt, outside, bereft } = around
  const { statementsOutside, kinds, callbacks } = around
  const behind = systemBehind(pool.actor)?.parts
  const termsOf = (request: Facts['request']) =>
    request && [request.terms?.tenant, request.terms?.lane?.name, request.strict, now - request.at]
  const queued = kinds !== false && behind?.queue.inOrder().map(termsOf)
  const sharing = behind?.sharing?.connections ?? []
  const ago = (time: number): number => Math.min(now - time, memory)
  const snapshot = pool.actor.getSnapshot()
  const context = snapshot.context as unknown as PoolFacts
  const { roster, failures, backoff, recoveredAt, servedBefore, establishedBefore, stillborn, stillbornAt } =
    context
  const children = Object.values(snapshot.children).map(child => {
    const { value, context } = (child as AnyActorRef).getSnapshot() as Child
    return { value, facts: context.facts }
  })
  const lastUses = children.map(({ facts }) => facts.idleSince).sort((a, b) => a - b)
  const connections = children.map(({ value, facts }) => {
    const { serial, uses, ending, openedAt, lease, request } = facts
    const call = calls.find(({ session }) => session === serial)
    const cancels = calls.filter(({ session, kind }) => session === serial && kind.startsWith('cancel'))
    const session = sessions.find(({ id }) => id === serial)
    const shared = sharing.findIndex(({ connection }) => (connection as Session).id === serial)
    return JSON.stringify([
      value,
      uses,
      ending?.reason,
      uses === 0 && openedAt !== undefined && ago(openedAt),
      lease && now - lease.acquiredAt,
      request && (request.waits ? now - request.at : 'in vain'),
      kinds !== false && termsOf(request),
      call && [call.kind, now - call.since],
      session !== undefined,
      facts.stale || session?.ended,
      session?.dirty,
      session?.exposed,
      shared >= 0 && [shared, sharing[shared]?.drains, sharing[shared]?.open],
      statements.flatMap(({ session, since, exposed, requests, awaited }) =>
        session === serial ? [[now - since, exposed, requests, awaited]] : [],
      ),
      cancels.map(({ kind, since }) => [kind, now - since]),
      callbacks.flatMap(({ session, facts }) => (session === serial ? [facts] : [])),
      roster.idleRecords.indexOf(facts),
      lastUses.indexOf(facts.idleSince),
    ])
  })
  const known = new Set(children.map(({ facts }) => facts.serial))
  const wanted = outside + askedAt.length + statementsOutside + unsentAt.length > 0
  const { holdTime, connectTime } = roster.pace(now)
  return JSON.stringify([
    snapshot.value,
    context.saidDown,
    failures > 0 && [
      failures,
      backoff,
      recoveredAt && ago(recoveredAt),
      roster.served > servedBefore,
      recoveredAt !== undefined && roster.established - establishedBefore,
    ],
    stillborn > 0 && ago(stillbornAt) < memory && [stillborn, ago(stillbornAt)],
    wanted && [holdTime, connectTime],
    connections.sort(),
    sessions.filter(({ id }) => !known.has(id)).length,
    callbacks.flatMap(({ session, facts }) => (known.has(session) ? [] : [JSON.stringify(facts)])).sort(),
    calls.filter(({ session }) => !known.has(session)).map(({ kind }) => kind),
    outside,
    statementsOutside,
    unsentAt.map(time => now - time).sort((a, b) => a - b),
    bereft,
    askedAt.map(time => now - time).sort((a, b) => a - b),
    context.queue.length,
    timers.map(time => time - now).sort((a, b) => a - b),
    kinds,
    queued,
  ])
}

/** A caller's request, as far as a state tells of it. */
interface AskedFor {
  readonly waits: boolean
  readonly at: number
  /** It is of a callback: those name a timeout, and other callers have the pool's. */
  readonly strict: boolean
  readonly terms?:
    | { readonly tenant?: string | undefined; readonly lane?: { readonly name: string } | undefined }
    | undefined
}

/** What the pool knows of a connection beside its state. */
interface Facts {
  readonly serial: number
  readonly uses: number
  readonly openedAt: number | undefined
  readonly idleSince: number
  readonly ending: { readonly reason: string } | undefined
  readonly stale: boolean
  readonly lease: { readonly acquiredAt: number } | undefined
  readonly request: AskedFor | undefined
}

interface Child {
  readonly value: unknown
  readonly context: { readonly facts: Facts }
}

interface PoolFacts {
  readonly saidDown: boolean
  readonly failures: number
  readonly backoff: number
  readonly recoveredAt: number | undefined
  readonly servedBefore: number
  readonly establishedBefore: number
  readonly stillborn: number
  readonly stillbornAt: number
  readonly queue: { readonly length: number }
  readonly roster: {
    readonly idleRecords: readonly Facts[]
    readonly served: number
    readonly established: number
    pace(now: number): { readonly holdTime: number | undefined; readonly connectTime: number | undefined }
  }
}
