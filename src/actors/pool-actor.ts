// The pool machine at work: its actions as messages to connections and answers to callers.
import { type ActorRefFrom, createActor } from 'xstate'
import type { Clock } from '../clock.js'
import type { Driver } from '../db/driver.js'
import { AcquireAbortedError, PoolClosedError, QueueFullError } from '../errors.js'
import { deliver } from '../machines/compiled/deliver.js'
import { compiled } from '../machines/compiled.js'
import { poolMachine } from '../machines/pool.js'
import type { PoolConfig } from '../options.js'
import { AcquireQueue } from './acquire-queue.js'
import { Callers, closedError } from './callers.js'
import { provideConnection } from './connection-actor.js'
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
  readonly readiness = new Readiness()
  readonly scheduler: ClockScheduler
  readonly queue: AcquireQueue<C>
  readonly callers: Callers<C>
  readonly supervisor: Supervisor<C>

  constructor(driver: Driver<C>, config: PoolConfig) {
    const { clock, min, max, maxWaiting, random } = config
    const parts = createParts(driver, config)
    this.parts = parts
    this.scheduler = new ClockScheduler(clock, true)
    this.queue = new AcquireQueue(this.scheduler, () => this.actor.send({ type: 'acquire.due' }))
    this.callers = new Callers(parts, this.queue)
    this.supervisor = new Supervisor(parts, compiled(provideConnection(parts)), () => this.actor)
    this.actor = createActor(compiled(providePool(this)), {
      id: 'pool',
      systemId: 'pool',
      clock: machineClock(parts),
      input: { size: { min, max }, maxWaiting, roster: parts.roster, line: parts.line, random },
    })
    this.queue.requests$.subscribe({ next: request => deliver(this.actor, request) })
    this.queue.cancellations$.subscribe({
      next: ({ request, error }) => this.actor.send({ type: 'cancel', request, reason: error }),
    })
  }
}

/**
 * The clock for the machines' own deadlines. A pool that may be left idle (`allowExitOnIdle`) does not keep the process alive by
 * backing off from a database that nobody waits for.
 */
function machineClock<C>({ config, line }: PoolParts<C>): Pick<Clock, 'setTimeout' | 'clearTimeout'> {
  const { clock, allowExitOnIdle } = config
  return {
    setTimeout: (callback, delay) => {
      const timer = clock.setTimeout(callback, delay)
      if (allowExitOnIdle && line.length === 0) clock.unref?.(timer)
      return timer
    },
    clearTimeout: timer => clock.clearTimeout(timer),
  }
}

/** The machine with its effects: who is told what, and nothing else. */
function providePool<C>(system: PoolSystem<C>): typeof poolMachine {
  const { callers, supervisor, readiness } = system
  const { notices } = system.parts
  // The machines know connections and requests by what they decide by; in this system each is one of these.
  const requestOf = (request: unknown) => request as AcquireRequest<C>
  const recordOf = (connection: unknown) => connection as ConnectionRecord<C>

  return poolMachine.provide({
    actions: {
      lend: ({ event }) => {
        if (event.type === 'acquire') callers.lend(requestOf(event), event.at)
      },
      enqueue: ({ event }) => {
        if (event.type === 'acquire') callers.enqueue(requestOf(event))
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
      refuseFull: ({ event, context }) => {
        callers.refuse(requestOf(event), new QueueFullError(context.maxWaiting, context.size.max))
      },
      refuseClosed: ({ event }) => {
        callers.refuse(requestOf(event.type === 'connection.declined' ? event.request : event), closedError())
      },
      refuseAll: () => {
        notices.publish({ type: 'pool.draining' })
        readiness.fail(closedError())
        callers.refuseAll()
      },
      grow: ({ context }) => supervisor.grow(context),
      probe: () => supervisor.open(),
      shrink: ({ context }) => {
        notices.publish({ type: 'pool.resized', ...context.size })
        supervisor.shrink(context)
      },
      maintain: ({ context }) => supervisor.maintain(context),
      noteReady: ({ event }) => {
        if (event.type === 'connection.ready') supervisor.noteReady(recordOf(event.connection))
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
      announceReady: () => {
        readiness.succeed()
        notices.publish({ type: 'pool.ready' })
      },
      announceFailure: ({ event }) => {
        if (event.type === 'connection.failed') readiness.fail(event.error)
      },
      announceClosed: () => {
        system.queue.close()
        notices.publish({ type: 'pool.closed' })
        notices.close()
      },
    },
  })
}
