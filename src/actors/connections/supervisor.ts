// The connections' side of the pool: opening, retiring, looking after and burying them.
import { createActor } from 'xstate'
import { forUpkeep } from '../../core/clock.js'
import type { ConnectError } from '../../core/errors.js'
import { adopt, deliver, lighten } from '../../machines/compiled/index.js'
import type { EndReason } from '../../machines/connection-types.js'
import { growth } from '../../machines/decisions/sizing.js'
import { nextUpkeep, retirementTime, upkeepDue } from '../../machines/decisions/upkeep.js'
import type { PoolContext } from '../../machines/pool-types.js'
import { type AcquireRequest, lastRequest } from '../callers/request.js'
import type { PoolParts } from '../parts.js'
import type { PoolActorRef } from '../pool-ref.js'
import { Alarm } from '../time/alarm.js'
import { ClockScheduler } from '../time/scheduler.js'
import { traceConnect, traceConnected } from '../watching/tracing.js'
import { bury, discard } from './burial.js'
import { connectionLogic } from './connection-actor.js'
import { canLetExit, letExit } from './driver-calls.js'
import { isFoundDead } from './ending.js'
import { ConnectionRecord, named } from './record.js'
import { SlowResets } from './slow-resets.js'

/** Carries out what the pool's machine and the decisions want of the connections. Run by the pool actor's actions alone. */
export class Supervisor<C> {
  readonly #parts: PoolParts<C>
  readonly #pool: PoolActorRef<C>
  readonly #growthAlarm: Alarm
  readonly #upkeepAlarm: Alarm
  readonly #slowResets = new SlowResets()

  /** @param pool the pool's actor, whose children the connections are */
  constructor(parts: PoolParts<C>, pool: PoolActorRef<C>) {
    this.#parts = parts
    this.#pool = pool
    const background = new ClockScheduler(parts.config.clock, false)
    this.#growthAlarm = new Alarm(background, () => {
      this.#slowResets.judge(parts.config.clock.now())
      pool.send({ type: 'growth.due' })
    })
    const upkeep = new ClockScheduler(forUpkeep(parts.config.clock), false)
    this.#upkeepAlarm = new Alarm(upkeep, () => pool.send({ type: 'maintenance.due' }))
  }

  /** Opens what is missing, and looks again later if the decision was to wait for connections to come back. */
  grow({ size, roster, queue }: PoolContext): void {
    if (roster.total >= size.max)
      this.withdraw() // asked for each caller who has to wait
    else this.#growNow({ size, roster, queue })
  }

  #growNow({ size, roster, queue }: Pick<PoolContext, 'size' | 'roster' | 'queue'>): void {
    const now = this.#parts.config.clock.now()
    const returning = this.#parts.roster.returning(this.#slowResets.provenUpTo)
    const plan = growth(
      { size, roster, queue },
      this.#parts.config.maxConnecting,
      () => this.#parts.roster.pace(now),
      returning,
    )
    let left = plan.open
    for (; left > 0 && this.#mayOpen(); left--) this.#open()
    if (left === 0) this.withdraw()
    if (plan.lookAgainIn !== undefined) this.#growthAlarm.noLaterThan(now + plan.lookAgainIn)
    if (returning > this.#parts.roster.returning(now))
      this.#growthAlarm.noLaterThan(this.#slowResets.suspect(now))
  }

  /** Opens one, unless as many as may be are being opened still: they tell as much. */
  probe({ size }: PoolContext): void {
    const { roster, config } = this.#parts
    if (roster.connecting >= config.maxConnecting || roster.total >= size.max) this.withdraw()
    else if (this.#mayOpen()) this.#open()
  }

  /** Whether the budget lets the pool open one more. If not, the pool is told when it may, and asks again meanwhile. */
  #mayOpen(): boolean {
    const { budget, config, roster } = this.#parts
    if (budget === undefined) return true
    const before = budget.isHeldBack && budget.isPending !== true
    roster.asks = !budget.ask()
    if (!roster.asks) return true
    this.#growthAlarm.noLaterThan(config.clock.now() + budget.lookAgainIn)
    this.#tellIfHeldBack(before)
    return false
  }

  /** The pool needs no more connections than it has. */
  withdraw(): void {
    const { budget, roster } = this.#parts
    roster.asks = false
    budget?.withdraw()
  }

  /** @param before whether its growth was held back before */
  #tellIfHeldBack(before: boolean | undefined): void {
    const { budget, notices } = this.#parts
    if (budget?.isHeldBack && budget.isPending !== true && !before)
      notices.publish({ type: 'pool.heldBack', ...budget.evidence() })
  }

  /** The budget wants a connection: the one that has been idle for longest, or the latest leased one, which likely comes back soonest. */
  yieldOne(): void {
    const { roster, budget } = this.#parts
    const [idle] = roster.idleRecords
    let record = idle
    if (record === undefined)
      for (const lent of roster.lent())
        if (record === undefined || startOf(lent) >= startOf(record)) record = lent
    if (record === undefined) budget?.kept()
    else this.retire(record, 'reclaimed')
  }

  noteSpentBudget(record: ConnectionRecord<C>): void {
    const { roster, budget } = this.#parts
    const before = budget?.isHeldBack
    roster.noteEnding(record)
    budget?.refused()
    this.#tellIfHeldBack(before)
    traceConnected(record, { reason: 'reclaimed' })
  }

  /** Starts a connection as a child of the pool. */
  #open(): void {
    const { clock, random } = this.#parts.config
    const { upkeep, connection } = this.#parts.limits
    const pool = this.#pool
    const createdAt = clock.now()
    const record = new ConnectionRecord(
      {
        id: this.#parts.roster.takeId(),
        serial: this.#parts.roster.takeSerial(),
        createdAt,
        retireAt: retirementTime(createdAt, upkeep.maxLifetime, random()),
        idleJitter: random(),
        openedFor: lastRequest(),
      },
      this.#parts,
    )
    const child = createActor(connectionLogic(), {
      id: record.id,
      parent: pool,
      src: 'connection', // as the pool's machine calls it: a child without a name cannot be persisted
      input: {
        pool,
        facts: record,
        policy: connection,
        generation: this.#parts.generation,
        queue: this.#parts.queue,
      },
    })
    record.actor = child
    adopt(pool, child)
    this.#parts.roster.add(record)
    const { notices } = this.#parts
    if (notices.wants('connection.connecting'))
      notices.publish({ type: 'connection.connecting', ...named(record) })
    traceConnect(this.#parts, record)
    child.start()
    lighten(child)
  }

  noteReady(record: ConnectionRecord<C>): void {
    const now = this.#parts.config.clock.now()
    this.#parts.roster.noteReady(record, now)
    this.#parts.counters.opened++
    this.#parts.connectionTimings.connects.record(now - record.createdAt, now)
    this.#parts.tracker?.connected(now - record.createdAt, now)
    traceConnected(record, {})
    const { idleTimeout, keepalive } = this.#parts.limits.upkeep
    this.#upkeepAlarm.noLaterThan(Math.min(now + idleTimeout, now + keepalive, record.retireAt))
    const { notices } = this.#parts
    if (notices.wants('connection.ready'))
      notices.publish({ type: 'connection.ready', ...named(record), took: now - record.createdAt })
  }

  noteFailed(record: ConnectionRecord<C>, error: ConnectError): void {
    this.#parts.roster.noteEnding(record)
    this.#parts.roster.noteFailed(record)
    const { counters, tracker, config } = this.#parts
    counters.failedConnects++
    tracker?.connectFailed(config.clock.now() - record.createdAt, error)
    traceConnected(record, { error })
    this.#parts.notices.publish({ type: 'connection.failed', ...named(record), error })
  }

  noteClosing(record: ConnectionRecord<C>): void {
    this.#parts.roster.noteEnding(record)
    if (record.lingers && isFoundDead(record)) this.raiseGeneration() // now, and not when the server lets go
  }

  retire(record: ConnectionRecord<C>, reason: EndReason): void {
    this.#parts.roster.takeFromIdle(record)
    deliver(record.actor, { type: 'retire', reason }, 'retire')
  }

  /** What happened may have happened to all: each connection has to prove itself before it is lent again. */
  raiseGeneration(): void {
    this.#parts.generation.current++
  }

  /** Retires all connections; those that no caller holds go now. */
  evictAll(): void {
    this.#parts.roster.evictions++
    for (const record of this.#parts.roster.staying()) this.retire(record, 'evicted')
    this.#parts.notices.publish({ type: 'pool.evicted', generation: this.#parts.generation.current })
  }

  /** Whether the process may exit while the pool is idle, from now on. */
  letExit(mayExit: boolean): void {
    const parts = this.#parts
    parts.mayExit = mayExit
    parts.letsExit = mayExit && canLetExit(parts.driver)
    for (const { handle } of parts.roster.idleRecords) {
      if (handle !== undefined) letExit(parts.driver, handle, mayExit)
    }
  }

  retireAll(reason: EndReason): void {
    this.stopAlarms()
    for (const record of [...this.#parts.roster.records]) this.retire(record, reason)
  }

  /** Destroys all but those that say goodbye already: `closeTimeout` is their limit, if it is one. */
  destroyAll(error: Error): void {
    const lastWords = Number.isFinite(this.#parts.config.closeTimeout)
    for (const record of [...this.#parts.roster.records]) {
      if (lastWords && record.actor.getSnapshot().matches('closing')) continue
      record.destroy(error)
    }
  }

  /** Retires what is too much. */
  shrink({ size }: PoolContext): void {
    const { roster, config } = this.#parts
    const records = roster.leastMissedFirst()
    let excess = records.length - size.max
    this.#upkeepAlarm.noLaterThan(config.clock.now()) // a lower minimum may keep fewer of the idle ones
    for (const record of records) {
      if (excess-- <= 0) return
      this.retire(record, 'resized')
    }
  }

  /** Retires and validates what is due, and asks to be called again. */
  maintain({ size }: PoolContext): void {
    const now = this.#parts.config.clock.now()
    const roster = this.#parts.roster
    const { upkeep } = this.#parts.limits
    const kept = () => roster.staying().filter(record => record.handle !== undefined).length
    const due = upkeepDue(roster.idleRecords, roster.lent(), kept(), size, upkeep, now)
    if (due.retireOld !== undefined) this.retire(due.retireOld, 'max lifetime')
    if (due.retireIdle !== undefined) this.retire(due.retireIdle, 'idle timeout')
    if (due.validate !== undefined) {
      roster.takeFromIdle(due.validate)
      roster.noteReturning(due.validate, now)
      due.validate.actor.send({ type: 'validate' })
    }
    if (roster.total === 0) return
    this.#upkeepAlarm.noLaterThan(
      nextUpkeep(roster.idleRecords, roster.lent(), kept(), size, upkeep, now, due.validate),
    )
  }

  /**
   * Ends what a connection was doing whose actor crashed (in a driver's `needsReset`, say).
   * @returns the request that it was checked out for and did not serve
   */
  discard(id: string, error: unknown): AcquireRequest<C> | undefined {
    const record = this.#parts.roster.find(id)
    return record && discard(this.#parts, record, error, 'crashed')
  }

  /**
   * Takes a connection that has ended out of the roster and out of the pool's children.
   * @returns the request that it was checked out for and did not serve
   */
  forget(id: string): AcquireRequest<C> | undefined {
    const record = this.#parts.roster.find(id)
    if (record === undefined) return undefined
    bury(this.#parts, this.#pool, record)
    return record.request ?? record.incoming
  }

  /** Does for all what their actors cannot do any more: the pool's actor was stopped, and they with it. */
  abandonAll(error: unknown): void {
    for (const record of [...this.#parts.roster.records]) {
      discard(this.#parts, record, error, 'pool closing')
      bury(this.#parts, this.#pool, record)
    }
  }

  /** A pool that closes opens and looks after nothing: its chart ignores the alarms, which need not ring. */
  stopAlarms(): void {
    this.#growthAlarm.clear()
    this.#upkeepAlarm.clear()
  }
}

/** When the lease that is out began. */
const startOf = <C>({ lease }: ConnectionRecord<C>): number => lease?.acquiredAt ?? 0
