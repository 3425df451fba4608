// The pool machine at work: its actions as messages to connections and answers to callers.
import { type ActorRefFrom, createActor } from 'xstate'
import type { Driver } from '../db/driver.js'
import {
  AcquireAbortedError,
  type AcquireEvidence,
  AcquireTimeoutError,
  PoolClosedError,
  QueueFullError,
} from '../errors.js'
import type { EndReason } from '../machines/connection-types.js'
import { growth } from '../machines/decisions/sizing.js'
import { nextUpkeep, retirementTime, upkeepDue } from '../machines/decisions/upkeep.js'
import { poolMachine } from '../machines/pool.js'
import type { PoolContext, PoolEvent } from '../machines/pool-types.js'
import type { PoolConfig } from '../options.js'
import { AcquireQueue } from './acquire-queue.js'
import { Alarm } from './alarm.js'
import { type ConnectionHost, type LeaseOwner, provideConnection } from './connection-actor.js'
import { newCounters } from './counters.js'
import { Notices } from './events.js'
import { WaitingLine } from './line.js'
import { Readiness } from './readiness.js'
import { ConnectionRecord } from './record.js'
import type { AcquireRequest } from './request.js'
import { Roster } from './roster.js'
import { ClockScheduler } from './scheduler.js'

/** A running pool. */
export type PoolActorRef = ActorRefFrom<typeof poolMachine>

/** One pool's actor with everything that its actions need. Nothing outside the actor's own actions changes any of it. */
export class PoolSystem<C> implements ConnectionHost<C>, LeaseOwner<C> {
  readonly actor: PoolActorRef
  readonly driver: Driver<C>
  readonly config: PoolConfig
  readonly roster = new Roster<C>()
  readonly line = new WaitingLine<C>()
  readonly counters = newCounters()
  readonly readiness = new Readiness()
  readonly notices: Notices
  readonly scheduler: ClockScheduler
  readonly queue: AcquireQueue<C>
  readonly owner = this
  readonly #connectionLogic: ReturnType<typeof provideConnection>
  readonly #growthAlarm: Alarm
  readonly #upkeepAlarm: Alarm

  constructor(driver: Driver<C>, config: PoolConfig) {
    const { clock } = config
    this.driver = driver
    this.config = config
    this.notices = new Notices(() => clock.now())
    this.scheduler = new ClockScheduler(clock, true)
    const background = new ClockScheduler(clock, false)
    this.#growthAlarm = new Alarm(background, () => this.actor.send({ type: 'growth.due' }))
    this.#upkeepAlarm = new Alarm(background, () => this.actor.send({ type: 'maintenance.due' }))
    this.queue = new AcquireQueue(this.scheduler, () => this.actor.send({ type: 'acquire.due' }))
    this.#connectionLogic = provideConnection(this)
    this.actor = createActor(this.#provide(), {
      id: 'pool',
      systemId: 'pool',
      clock,
      input: {
        size: { min: config.min, max: config.max },
        maxWaiting: config.maxWaiting,
        roster: this.roster,
        line: this.line,
        random: config.random,
      },
    })
    this.queue.requests$.subscribe({ next: request => this.actor.send(request) })
    this.queue.cancellations$.subscribe({
      next: ({ request, error }) => this.actor.send({ type: 'cancel', request, reason: error }),
    })
  }

  release(record: ConnectionRecord<C>): void {
    record.actor.send({ type: 'release', at: this.config.clock.now() })
  }

  destroy(record: ConnectionRecord<C>, error: unknown): void {
    record.actor.send({ type: 'destroy', error })
  }

  #provide(): typeof poolMachine {
    return poolMachine.provide({
      actions: {
        lend: ({ event }) => {
          if (event.type === 'acquire') this.#lend(requestOf(event), event.at)
        },
        enqueue: ({ event }) => {
          if (event.type !== 'acquire') return
          const request = requestOf<C>(event)
          this.line.join(request)
          if (this.notices.observed)
            this.notices.publish({ type: 'acquire.requested', waiting: request.joinedAt })
        },
        requeue: ({ event }) => {
          if (event.type !== 'connection.declined') return
          const request = requestOf<C>(event.request)
          if (request.waits) this.#lend(request, this.config.clock.now())
        },
        cancel: ({ event }) => {
          if (event.type !== 'cancel' || !(event.reason instanceof AcquireAbortedError)) return
          const request = requestOf<C>(event.request)
          this.line.leave(request)
          if (!request.refuse(event.reason)) return
          this.counters.aborted++
          this.notices.publish({
            type: 'acquire.aborted',
            error: event.reason,
            waited: this.#waited(request),
          })
        },
        expire: ({ context }) => this.#expire(context),
        refuseFull: ({ event, context }) => {
          if (event.type !== 'acquire') return
          this.#refuse(requestOf(event), new QueueFullError(context.maxWaiting, context.size.max))
        },
        refuseClosed: ({ event }) => {
          if (event.type === 'acquire') this.#refuse(requestOf(event), closedError())
          if (event.type === 'connection.declined') this.#refuse(requestOf(event.request), closedError())
        },
        refuseAll: () => {
          for (let request = this.line.next(); request !== undefined; request = this.line.next()) {
            this.#refuse(request, closedError())
          }
          for (const { request } of this.roster.records)
            if (request !== undefined) this.#refuse(request, closedError())
        },
        serveOrPark: ({ event, context }) => {
          if (event.type === 'connection.idle') {
            this.#serveOrPark(event.connection as ConnectionRecord<C>, event.at, context)
          } else if (event.type === 'connection.ready') {
            this.#serveOrPark(event.connection as ConnectionRecord<C>, this.config.clock.now(), context)
          }
        },
        grow: ({ context }) => this.#grow(context),
        probe: () => this.#open(),
        shrink: ({ context }) => {
          this.notices.publish({ type: 'pool.resized', ...context.size })
          this.#shrink(context)
        },
        maintain: ({ context }) => this.#maintain(context),
        noteReady: ({ event }) => {
          if (event.type !== 'connection.ready') return
          const record = event.connection as ConnectionRecord<C>
          const now = this.config.clock.now()
          this.roster.noteReady(record, now)
          this.counters.opened++
          this.#upkeepAlarm.noLaterThan(now + Math.min(this.config.idleTimeout, this.config.keepalive))
          this.#upkeepAlarm.noLaterThan(record.retireAt)
          if (this.notices.observed) {
            this.notices.publish({ type: 'connection.ready', ...named(record), took: now - record.createdAt })
          }
        },
        noteFailed: ({ event }) => {
          if (event.type !== 'connection.failed') return
          const record = event.connection as ConnectionRecord<C>
          this.roster.noteEnding(record)
          this.counters.failedConnects++
          this.notices.publish({ type: 'connection.failed', ...named(record), error: event.error as Error })
        },
        noteClosing: ({ event }) => {
          if (event.type === 'connection.closing')
            this.roster.noteEnding(event.connection as ConnectionRecord<C>)
        },
        forget: ({ event }) => {
          if ('actorId' in event) this.#forget(event)
        },
        retireAll: () => {
          this.#growthAlarm.clear()
          this.#upkeepAlarm.clear()
          this.readiness.fail(closedError())
          this.notices.publish({ type: 'pool.draining' })
          for (const record of [...this.roster.records]) this.#retire(record, 'pool closing')
        },
        destroyAll: () => {
          const error = new PoolClosedError(
            'The pool was closed, and the lease was still out when its time was up.',
          )
          for (const record of [...this.roster.records]) record.actor.send({ type: 'destroy', error })
        },
        announceReady: () => {
          this.readiness.succeed()
          this.notices.publish({ type: 'pool.ready' })
        },
        announceFailure: ({ event }) => {
          if (event.type === 'connection.failed') this.readiness.fail(event.error)
        },
        announceClosed: () => {
          this.queue.close()
          this.notices.publish({ type: 'pool.closed' })
          this.notices.close()
        },
      },
    })
  }

  /** Sends a request to an idle connection, or back to the front of the line if there is none after all. */
  #lend(request: AcquireRequest<C>, at: number): void {
    for (let record = this.roster.takeIdle(); record !== undefined; record = this.roster.takeIdle()) {
      // Its end may be on the way to us still: what it said last is an index, what it is, its snapshot says.
      if (record.actor.getSnapshot().status !== 'active') continue
      record.actor.send({ type: 'checkout', request, at })
      return
    }
    this.line.rejoin(request)
  }

  #serveOrPark(record: ConnectionRecord<C>, at: number, { size }: PoolContext): void {
    const request = this.line.next()
    if (request !== undefined) {
      record.actor.send({ type: 'checkout', request, at })
      return
    }
    this.roster.park(record)
    if (this.config.idleTimeout === 0 && this.roster.established > size.min) this.#upkeepAlarm.noLaterThan(at)
  }

  #refuse(request: AcquireRequest<C>, error: Error): void {
    if (!request.refuse(error)) return
    this.counters.refused++
    this.notices.publish({ type: 'acquire.refused', error })
  }

  #expire(context: PoolContext): void {
    const now = this.config.clock.now()
    const due = this.queue.takeDue(now)
    if (due.length === 0) return
    const waiting = this.line.length
    const shared = this.#evidence(context, now)
    for (const request of due) {
      const waited = now - request.at
      const error = new AcquireTimeoutError(request.timeout, {
        ...shared,
        waited,
        waiting,
        position: this.line.placeOf(request),
      })
      this.line.leave(request)
      request.refuse(error)
      this.counters.timedOut++
      this.notices.publish({ type: 'acquire.timedOut', error, waited })
    }
  }

  #evidence(context: PoolContext, now: number): Omit<AcquireEvidence, 'waited' | 'position' | 'waiting'> {
    const holders = []
    for (const { lease, id } of this.roster.records) {
      if (lease !== undefined)
        holders.push({ lease: lease.id, connection: id, heldFor: now - lease.acquiredAt })
    }
    return {
      total: this.roster.total,
      max: context.size.max,
      holders: holders.sort((a, b) => b.heldFor - a.heldFor),
      connecting: this.roster.connecting,
      failedConnects: context.failures,
      lastConnectError: context.lastConnectError,
    }
  }

  #grow({ size, roster, line }: PoolContext): void {
    const now = this.config.clock.now()
    const plan = growth({ size, roster, line }, this.config.maxConnecting, () => this.roster.pace(now))
    for (let count = 0; count < plan.open; count++) this.#open()
    if (plan.lookAgainIn !== undefined) this.#growthAlarm.noLaterThan(now + plan.lookAgainIn)
  }

  /**
   * Starts a connection as a child of the pool. XState's own `spawnChild` copies all children each time, so the child is
   * added to them here: the same child, the same inspection events, without the copy.
   */
  #open(): void {
    const { config, roster } = this
    const createdAt = config.clock.now()
    const record = new ConnectionRecord<C>({
      id: roster.takeId(),
      serial: roster.takeSerial(),
      createdAt,
      retireAt: retirementTime(createdAt, config.maxLifetime, config.random()),
      idleJitter: config.random(),
    })
    const child = createActor(this.#connectionLogic, {
      id: record.id,
      parent: this.actor,
      input: { pool: this.actor, facts: record, policy: config },
    })
    record.actor = child
    childrenOf(this.actor)[record.id] = child
    roster.add(record)
    this.notices.publish({ type: 'connection.connecting', ...named(record) })
    child.start()
  }

  #forget(event: { readonly actorId: string }): void {
    const record = this.roster.find(event.actorId)
    if (record === undefined) return
    delete childrenOf(this.actor)[record.id]
    this.roster.remove(record)
    if (record.handle !== undefined) this.counters.closed++
    if (record.ending?.reason === 'lost') this.counters.lost++
    if (!this.notices.observed) return
    const { reason = 'crashed', error } = record.ending ?? {}
    if (reason === 'lost') this.notices.publish({ type: 'connection.lost', ...named(record), error })
    this.notices.publish({ type: 'connection.closed', ...named(record), reason, error })
  }

  #retire(record: ConnectionRecord<C>, reason: EndReason): void {
    this.roster.takeFromIdle(record)
    record.actor.send({ type: 'retire', reason })
  }

  /** Idle connections go first, the longest idle before the others; then those that are lent, when they come back. */
  #shrink({ size }: PoolContext): void {
    const { roster } = this
    let excess = roster.established + roster.connecting - size.max
    const connecting = [...roster.records].filter(record => record.handle === undefined)
    for (const record of [...connecting, ...roster.idleRecords, ...roster.lent()]) {
      if (excess-- <= 0) return
      this.#retire(record, 'resized')
    }
  }

  #maintain({ size }: PoolContext): void {
    const { roster, config } = this
    const now = config.clock.now()
    const due = upkeepDue(roster.idleRecords, roster.lent(), roster.established, size, config, now)
    if (due.retireOld !== undefined) this.#retire(due.retireOld, 'max lifetime')
    if (due.retireIdle !== undefined) this.#retire(due.retireIdle, 'idle timeout')
    if (due.validate !== undefined) {
      roster.takeFromIdle(due.validate)
      due.validate.actor.send({ type: 'validate' })
    }
    if (roster.total === 0) return
    this.#upkeepAlarm.noLaterThan(
      nextUpkeep(roster.idleRecords, roster.lent(), roster.established, size, config, now),
    )
  }

  #waited(request: AcquireRequest<C>): number {
    return this.config.clock.now() - request.at
  }
}

/** The machines know a request only as something that waits; in this system every one is an AcquireRequest. */
function requestOf<C>(request: PoolEvent | { readonly waits: boolean }): AcquireRequest<C> {
  return request as AcquireRequest<C>
}

function named<C>(record: ConnectionRecord<C>): { connection: string; serial: number } {
  return { connection: record.id, serial: record.serial }
}

function childrenOf(actor: PoolActorRef): Record<string, unknown> {
  return actor.getSnapshot().children as Record<string, unknown>
}

function closedError(): PoolClosedError {
  return new PoolClosedError('No connection is lent any more: the pool is closing or closed.')
}
