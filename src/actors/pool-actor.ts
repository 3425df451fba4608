// The pool machine at work: its actions as messages to connections and answers to callers.
import { type ActorRefFrom, assign, createActor } from 'xstate'
import type { Driver } from '../db/driver.js'
import { AcquireAbortedError, ConnectError, PoolClosedError, PoolPausedError } from '../errors.js'
import { compiled, deliver } from '../machines/compiled/index.js'
import {
  afterFailure,
  afterRecovery,
  afterStillborn,
  isFlapping,
  isLoop,
  isStillborn,
  type Progress,
} from '../machines/decisions/backoff.js'
import { isDown } from '../machines/decisions/sizing.js'
import { poolMachine } from '../machines/pool.js'
import type { PoolContext, PoolEvent } from '../machines/pool-types.js'
import type { PoolConfig } from '../options.js'
import { messageOf } from '../wording.js'
import { AcquireQueue, closedError } from './acquire-queue.js'
import { Borrowers } from './borrowers.js'
import { Callers } from './callers.js'
import { describeTarget, provideConnection, remedyFor } from './connection-actor.js'
import { LeakWatch } from './leaks.js'
import { MachineClock } from './machine-clock.js'
import { createParts, type PoolParts } from './parts.js'
import { Readiness } from './readiness.js'
import type { ConnectionRecord } from './record.js'
import type { AcquireRequest } from './request.js'
import { ClockScheduler } from './scheduler.js'
import { Supervisor } from './supervisor.js'

/** A running pool. */
export type PoolActorRef = ActorRefFrom<typeof poolMachine>

/** One pool's actor with everything that its actions need. */
export class PoolSystem<C> {
  readonly actor: PoolActorRef
  readonly parts: PoolParts<C>
  readonly readiness: Readiness
  readonly scheduler: ClockScheduler
  readonly queue: AcquireQueue<C>
  readonly callers: Callers<C>
  readonly supervisor: Supervisor<C>
  readonly leaks: LeakWatch<C> | undefined
  readonly borrowers: Borrowers<C> | undefined
  readonly #machineClock: MachineClock

  constructor(driver: Driver<C>, config: PoolConfig) {
    const { clock, min, max, maxWaiting, whenDown } = config
    const parts = createParts(driver, config)
    this.parts = parts
    this.scheduler = new ClockScheduler(clock, true)
    this.readiness = new Readiness(config.allowExitOnIdle ? this.scheduler : undefined)
    this.queue = new AcquireQueue(this.scheduler, () => this.actor.send({ type: 'acquire.due' }))
    this.callers = new Callers(parts, this.queue)
    const { nesting } = parts
    this.leaks =
      config.leakWarning === Number.POSITIVE_INFINITY
        ? undefined
        : new LeakWatch(parts, () => this.actor.send({ type: 'leak.due' }))
    this.borrowers = (this.leaks ?? nesting) && new Borrowers(this.queue, this.leaks, nesting)
    this.#machineClock = new MachineClock(clock)
    this.supervisor = new Supervisor(parts, compiled(provideConnection(parts)), () => this.actor)
    this.actor = createActor(compiled(providePool(this)), {
      id: 'pool',
      systemId: 'pool',
      clock: this.#machineClock,
      input: { size: { min, max }, maxWaiting, whenDown, roster: parts.roster, line: parts.line },
    })
    this.queue.requests$.subscribe({ next: request => deliver(this.actor, request) })
    this.queue.cancellations$.subscribe({
      next: ({ request, error }) => this.actor.send({ type: 'cancel', request, reason: error }),
    })
    this.actor.subscribe({ complete: () => this.#abandon(), error: error => this.#abandon(error) })
  }

  /**
   * The actor has ended. If it came to the end of its chart, nothing is left to do. If it was stopped from outside
   * (`pool.actor.stop()`), or failed by a defect, it took the connections' actors with it, and there are no goodbyes; but nobody
   * is left waiting, no socket is left open, and whoever holds a lease is told when it is used.
   */
  #abandon(cause?: unknown): void {
    if (this.actor.getSnapshot().status === 'done') return
    const what = cause === undefined ? 'was stopped' : 'failed'
    const newError = () =>
      new PoolClosedError(`The pool has ended without a close(): its actor ${what}.`, { cause })
    const error = newError()
    this.parts.line.offer()
    this.readiness.fail(error)
    this.callers.refuseAll(newError)
    this.supervisor.abandonAll(error)
    this.end(newError)
  }

  /**
   * Lets go of what the pool lived by.
   * @param newError for those who were on the way to it
   */
  end(newError = closedError): void {
    this.queue.close(newError)
    this.leaks?.stop()
    this.parts.notices.publish({ type: 'pool.closed' })
    this.parts.notices.close()
  }

  /** The back-off that begins does not hold a process that may end while the pool is idle, unless callers wait for its end. */
  beginBackoff(): void {
    const { config, line } = this.parts
    if (config.allowExitOnIdle && line.length === 0 && !this.readiness.isAwaited)
      this.#machineClock.letNextOneGo()
  }
}

/** The machine with its effects: who is told what, and nothing else. */
function providePool<C>(system: PoolSystem<C>): typeof poolMachine {
  const { callers, supervisor, readiness } = system
  const { notices, config, driver, counters } = system.parts
  const { clock } = config
  const target = describeTarget(driver)
  // The machines know connections and requests by what they decide by; in this system each is one of these.
  const requestOf = (request: unknown) => request as AcquireRequest<C>
  const recordOf = (connection: unknown) => connection as ConnectionRecord<C>

  /** Why the connection that the event is about is of no use. */
  const failureOf = (event: PoolEvent): unknown => {
    if (event.type === 'connection.failed') return event.error
    if (!('output' in event) || event.output === undefined) return undefined
    const { ending } = recordOf(event.output)
    const why = `it was opened, but ended at once (${ending?.reason}): ${messageOf(ending?.error)}`
    return new ConnectError('CONNECT_FAILED', target, why, {
      cause: ending?.error,
      remedy: remedyFor(driver, ending?.error),
    })
  }
  const isVain = (event: PoolEvent) =>
    'output' in event && event.output !== undefined && isStillborn(event.output, clock.now())
  const progressOf = ({ roster }: PoolContext): Progress => ({
    served: counters.released,
    established: roster.established,
  })
  const settleReadiness = ({ roster, size }: PoolContext) => {
    if (roster.established >= size.min) readiness.succeed()
  }

  return poolMachine.provide({
    guards: {
      isStillborn: ({ event }) => isVain(event),
      isStillbornAgain: ({ context, event }) =>
        isVain(event) && isLoop(context, context.size.max, clock.now()),
      isFlapping: ({ context }) => isFlapping(context, context.size.max, clock.now()),
    },
    actions: {
      countFailure: assign(({ context, event }) =>
        afterFailure(context, failureOf(event), clock.now(), config.random(), progressOf(context)),
      ),
      noteStillborn: assign(({ context }) => afterStillborn(context, clock.now())),
      noteRecovery: assign(({ context }) => afterRecovery(context, clock.now(), progressOf(context))),
      suspendStreak: assign(({ context }) => afterRecovery(context, clock.now(), progressOf(context))),
      lend: ({ event }) => {
        if (event.type === 'acquire') callers.lend(requestOf(event), event.at)
      },
      enqueue: ({ event, context }) => {
        if (event.type === 'acquire') callers.enqueue(requestOf(event), context)
      },
      requeue: ({ event }) => {
        if (event.type === 'connection.declined') callers.requeue(requestOf(event.request))
      },
      cancel: ({ event }) => {
        if (event.type === 'cancel' && event.reason instanceof AcquireAbortedError) {
          callers.cancel(requestOf(event.request), event.reason)
        }
      },
      expire: ({ context }) => callers.expire(context),
      refuseFull: ({ event, context }) => callers.refuseFull(requestOf(event), context),
      refuseClosed: ({ event }) => {
        callers.refuse(requestOf(event.type === 'connection.declined' ? event.request : event), closedError())
      },
      refuseDown: ({ event, context }) => callers.refuseDown(requestOf(event), context),
      refusePaused: ({ event }) => callers.refuse(requestOf(event), new PoolPausedError()),
      beginBackoff: () => system.beginBackoff(),
      failFast: ({ context }) => {
        if (isDown(context)) callers.failFast(context)
      },
      withholdLine: () => {
        system.parts.line.withhold()
        system.queue.suspend()
      },
      offerLine: () => {
        system.parts.line.offer()
        system.queue.resume()
      },
      serveLine: () => callers.serveLine(),
      refuseAll: () => {
        notices.publish({ type: 'pool.draining' })
        readiness.fail(closedError())
        callers.refuseAll(closedError)
      },
      grow: ({ context, event }) => supervisor.grow(context, event.type === 'growth.due'),
      probe: () => supervisor.probe(),
      shrink: ({ context }) => {
        notices.publish({ type: 'pool.resized', ...context.size })
        supervisor.shrink(context)
        settleReadiness(context)
      },
      maintain: ({ context }) => supervisor.maintain(context),
      reportLeaks: () => system.leaks?.report(),
      raiseGeneration: () => supervisor.raiseGeneration(),
      evictAll: () => supervisor.evictAll(),
      noteReady: ({ event, context }) => {
        if (event.type !== 'connection.ready') return
        supervisor.noteReady(recordOf(event.connection))
        settleReadiness(context)
      },
      noteFailed: ({ event }) => {
        if (event.type === 'connection.failed') {
          supervisor.noteFailed(recordOf(event.connection), event.error as Error)
        }
      },
      noteClosing: ({ event }) => {
        if (event.type === 'connection.closing') supervisor.noteClosing(recordOf(event.connection))
      },
      discard: ({ event }) => {
        if (!('actorId' in event) || !('error' in event)) return
        const request = supervisor.discard(event.actorId, event.error)
        if (request !== undefined) callers.requeue(request)
      },
      forget: ({ event }) => {
        const request = 'actorId' in event ? supervisor.forget(event.actorId) : undefined
        if (request !== undefined) callers.requeue(request)
      },
      retireAll: () => supervisor.retireAll('pool closing'),
      destroyAll: () => {
        supervisor.destroyAll(
          new PoolClosedError('The pool was closed, and the lease was still out when its time was up.'),
        )
      },
      announceReady: ({ context }) => {
        settleReadiness(context)
        notices.publish({ type: 'pool.ready' })
      },
      announceFailure: ({ event }) => {
        readiness.fail(failureOf(event))
      },
      announceDown: ({ context: { lastConnectError: error, failures, backoff: retryIn } }) => {
        notices.publish({ type: 'pool.down', error, failures, retryIn })
      },
      announceRecovery: ({ context: { failures } }) => {
        notices.publish({ type: 'pool.recovered', failures })
      },
      announcePaused: () => notices.publish({ type: 'pool.paused' }),
      announceResumed: () => notices.publish({ type: 'pool.resumed' }),
      announceClosed: () => system.end(),
    },
  })
}
