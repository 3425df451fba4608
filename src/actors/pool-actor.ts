// A running pool: its actor with everything that the actor's actions need.
import type { ActorScope, AnyActorScope, Subscription } from 'xstate'
import { PoolClosedError } from '../core/errors.js'
import type { ResolvedPoolOptions } from '../core/options.js'
import type { Driver } from '../db/driver.js'
import { deliver } from '../machines/compiled/index.js'
import type { PoolEvent, PoolInput, World } from '../machines/pool-types.js'
import { PoolMember } from './budget/member.js'
import { Callers } from './callers/callers.js'
import { closedError, Intake } from './callers/intake.js'
import type { AcquireRequest } from './callers/request.js'
import { AdaptiveSize } from './connections/adaptive-size.js'
import { Supervisor } from './connections/supervisor.js'
import { freeName, ofPool, takeName } from './names.js'
import { createParts, type OwnHooks, type PoolParts } from './parts.js'
import type { PoolActorRef, PoolSnapshot } from './pool-ref.js'
import { Readiness } from './readiness.js'
import { Subscriber } from './rx.js'
import { Alarm } from './time/alarm.js'
import { adoptClock, letTimersGo, type MachineClock } from './time/machine-clock.js'
import { ClockScheduler } from './time/scheduler.js'
import { Borrowers } from './watching/borrowers.js'
import type { PoolEmitted } from './watching/events.js'
import { follow } from './watching/followers.js'
import { LeakWatch } from './watching/leaks.js'

/** What an actor tells those who have it, and an actor's scope tells its logic. */
type PoolScope<C> = ActorScope<PoolSnapshot<C>, PoolEvent, AnyActorScope['system'], PoolEmitted>

/** One pool's actor with everything that its actions need. */
export class PoolSystem<C> {
  readonly actor: PoolActorRef<C>
  readonly parts: PoolParts<C>
  readonly readiness: Readiness
  readonly scheduler: ClockScheduler
  readonly intake: Intake<C>
  readonly callers: Callers<C>
  readonly supervisor: Supervisor<C>
  /** Undefined without the option `adaptive`. */
  readonly adaptive: AdaptiveSize<C> | undefined
  readonly leaks: LeakWatch<C> | undefined
  readonly borrowers: Borrowers<C> | undefined
  /** The pool as an object with methods, made on the first call of `poolOf`. */
  facade: object | undefined = undefined
  /** When the actor was stopped from outside, or failed, which is no state of its chart. */
  abandonedAt: number | undefined = undefined
  /** Whether its actor has started, and its budget did not refuse it. */
  hasBegun = false
  #isNamed = false
  readonly #watch: Subscription
  readonly #machineClock: MachineClock

  /** @param scope the scope of the actor that is made: in a system of its own, or in a user's */
  constructor(driver: Driver<C>, config: ResolvedPoolOptions, scope: PoolScope<C>, hooks?: OwnHooks<C>) {
    const actor = scope.self as unknown as PoolActorRef<C>
    this.#machineClock = adoptClock(scope, config.clock)
    const parts = createParts(driver, config, scope, hooks)
    this.actor = actor
    this.parts = parts
    parts.roster.owner = this
    this.scheduler = new ClockScheduler(config.clock, true)
    this.readiness = new Readiness(config.allowExitOnIdle ? this.scheduler : undefined)
    this.intake = new Intake(this.scheduler, () => actor.send({ type: 'acquire.due' }))
    this.callers = new Callers(parts)
    if (parts.delay !== undefined) {
      const background = new ClockScheduler(config.clock, false)
      parts.delay.alarm = new Alarm(background, () => actor.send({ type: 'overload.due' }))
    }
    const { nesting } = parts
    this.leaks =
      config.leakWarning === Number.POSITIVE_INFINITY
        ? undefined
        : new LeakWatch(parts, () => actor.send({ type: 'leak.due' }))
    this.borrowers = (this.leaks ?? nesting) && new Borrowers(this.intake, this.leaks, nesting)
    if (this.borrowers !== undefined) follow(parts, 1)
    this.supervisor = new Supervisor(parts, actor)
    this.adaptive = config.adaptive && new AdaptiveSize(parts, actor, config.adaptive)
    parts.adaptive = this.adaptive
    this.intake.requests$.subscribe(
      parts.lanes === undefined ? new ToPool(actor) : { next: request => this.#goBy(request) },
    )
    if (parts.lanes !== undefined) parts.lanes.pass = request => deliver(actor, request)
    this.intake.cancellations$.subscribe({
      next: ({ request, error }) => actor.send({ type: 'cancel', request, reason: error }),
    })
    this.#watch = actor.subscribe({
      complete: () => this.#abandon(),
      error: error => this.#abandon(error),
    })
  }

  /**
   * The actor starts. Only now the pool takes a name and a part of a budget: XState's pure functions make actors that never start, and never end.
   * @returns what its machine could not know before
   * @throws OptionsError when the budget refuses the pool
   */
  begin(): Pick<PoolInput, 'name' | 'budget'> {
    const { parts } = this
    const { group, fleet } = parts.config
    parts.name = takeName(parts.name)
    this.#isNamed = true
    try {
      parts.budget = (group ?? fleet)?.join(new PoolMember(parts, this.actor))
    } catch (error) {
      this.#watch.unsubscribe() // XState reports an error that no one listens to
      this.#abandon(error)
      throw error
    }
    this.hasBegun = true
    if (parts.budget?.enter !== undefined) {
      parts.hooks ??= {} // a new connection has more to do than to connect
      follow(parts, 1)
    }
    this.adaptive?.start()
    return { name: parts.name, budget: parts.budget }
  }

  /** A caller comes by its lane, if it names one. A pool that is closing refuses it at once. */
  #goBy(request: AcquireRequest<C>): void {
    const lane = request.terms?.lane
    const { value, context } = this.actor.getSnapshot()
    if (lane === undefined || (typeof value === 'object' && 'draining' in value)) {
      deliver(this.actor, request)
      return
    }
    if (lane.admit(request)) return
    if (lane.queue.length >= context.maxWaiting) this.callers.refuseFull(request, context)
    else lane.wait(request)
  }

  /** What the pool's machine starts with. */
  get input(): PoolInput {
    const { name, roster, queue, delay, lanes, config, budget } = this.parts
    const { min, max, maxWaiting, whenDown } = config
    return {
      name,
      size: { min, max },
      maxWaiting,
      whenDown,
      roster,
      queue,
      ...(delay && { delay }),
      ...(lanes && { lanes }),
      world: new ConfiguredWorld(config),
      budget,
    }
  }

  /**
   * The actor has ended. If it came to the end of its chart, nothing is left to do. If it was stopped from outside
   * (`pool.actor.stop()`, or with its parent), or failed by a defect, it took the connections' actors with it, and no connection closes gracefully;
   * but no caller is left waiting, no socket is left open, and a lease that is still held throws when it is used.
   */
  #abandon(cause?: unknown): void {
    if (this.actor.getSnapshot().status === 'done') return
    this.abandonedAt = this.parts.config.clock.now()
    const what = cause === undefined ? 'was stopped' : 'failed'
    const newError = () =>
      ofPool(
        this.parts,
        new PoolClosedError(`The pool has ended without a close(): its actor ${what}.`, { cause }),
      )
    const error = newError()
    this.readiness.fail(() => error)
    this.callers.refuseAll(newError)
    this.supervisor.abandonAll(error)
    letTimersGo(this.parts.system, this.actor)
    this.end(newError)
  }

  /**
   * Lets go of what the pool lived by.
   * @param newError for those who were on the way to it
   */
  end(newError = () => ofPool(this.parts, closedError())): void {
    this.intake.close(newError)
    if (this.#isNamed) freeName(this.parts.name)
    this.parts.budget?.leave()
    this.supervisor.stopAlarms()
    this.adaptive?.stop()
    this.leaks?.stop()
    this.parts.delay?.stop()
    this.parts.notices.publish({ type: 'pool.closed' })
    this.parts.notices.close()
  }

  /** The back-off that begins does not hold a process that may end while the pool is idle, unless callers wait for its end. */
  beginBackoff(): void {
    const { mayExit, heldByConnections, queue } = this.parts
    if ((mayExit || heldByConnections) && queue.length === 0 && !this.readiness.isAwaited)
      this.#machineClock.letNextOneGo()
  }
}

/** Sends each request on to the pool's actor. RxJS would call a plain observer through three functions of its own, for each acquire. */
class ToPool<C> extends Subscriber<AcquireRequest<C>> {
  readonly #actor: PoolActorRef<C>

  constructor(actor: PoolActorRef<C>) {
    super()
    this.#actor = actor
  }

  override next(request: AcquireRequest<C>): void {
    deliver(this.#actor, request)
  }
}

/** A class, so that a snapshot can be cloned: methods of a class are left out, where functions in an object would be refused. */
class ConfiguredWorld implements World {
  readonly #config: ResolvedPoolOptions

  constructor(config: ResolvedPoolOptions) {
    this.#config = config
  }

  now(): number {
    return this.#config.clock.now()
  }

  random(): number {
    return this.#config.random()
  }
}
