// Sends an event to an actor at the cost of its transition.

import type { AnyActorRef, AnyMachineSnapshot, EventObject } from 'xstate'
import { configurationOf } from './configuration.js'
import { isInspected, type Watch, watchOf } from './inspection.js'
import { plannedTransition, running, type Scope, type System } from './internals.js'
import type { Plan } from './plan.js'
import { tapOf } from './tap.js'

/** An actor as `send` sees it. */
interface Recipient<E> {
  readonly system: object
  send(event: E): void
}

/** A node of XState's mailbox, which is a linked list. */
interface Letter {
  value: unknown
  next: Letter | null
}

/** XState's `Actor`, as far as its `send`, `_process` and `update` go. */
interface Insides extends Recipient<EventObject> {
  readonly system: System
  readonly mailbox: { _active: boolean; _current: Letter | null; _last: Letter | null; flush(): void }
  observers: Observers
  readonly logic: { readonly [plannedTransition]?: unknown; readonly transition: unknown }
  readonly _actorScope: Scope
  readonly _processingStatus: number
  readonly _deferred: unknown[]
  _snapshot: AnyMachineSnapshot
  _error(error: unknown): void
  update(snapshot: AnyMachineSnapshot, event: EventObject): void
}

/**
 * The same as `actor.send(event)`, for hot paths. `send` makes two inspection events, a mailbox node and an iteration over
 * observers for each message, even without an observer: as much work as the transition itself.
 *
 * Here the event is processed in place, if its transition has a plan, the actor is idle and no observer would see a difference. It is
 * `actor.send` itself while an inspector watches the system or observes the actor's snapshots, while the actor is busy (the event has to
 * wait for its turn), before it starts and after it stops, and if XState's actors turn out to be built differently from those that
 * this knows.
 * @param type the event's type; callers whose events are rare pass it, so that the place that reads the type of the hot ones sees few shapes of object
 */
export function deliver<E extends EventObject>(
  recipient: Recipient<E>,
  event: E,
  type: string = event.type,
): void {
  const actor = recipient as unknown as Insides
  const { mailbox, observers } = actor
  // Not in the middle of anything, before its start or after its end. (One that failed in its start has a mailbox that works.)
  if (
    mailbox?._current !== null ||
    mailbox._active !== true ||
    actor._processingStatus !== 1 || // running, written out, as V8 checks each time that a constant of the module still is what it was
    observers?.areQuiet !== true
  ) {
    deliverOtherwise(actor, event, type)
    return
  }
  const snapshot = actor._snapshot // an active one: an actor that is done or has failed does not run any more
  const plan = configurationOf(snapshot)?.planFor(type)
  if (plan === undefined) {
    recipient.send(event)
    return
  }
  mailbox._current = observers // what the actor is sent meanwhile queues up behind it
  mailbox._last = observers
  // XState's `_process`, written out: V8 puts only so many bytes in place.
  let next: AnyMachineSnapshot | undefined
  try {
    next = plan.run(snapshot, event, actor._actorScope)
  } catch (error) {
    fail(actor, snapshot, error)
  }
  if (next !== undefined) {
    if (next.status === 'active' && actor._deferred.length === 0 && actor.observers.areNone)
      actor._snapshot = next
    else conclude(actor, plan, event, type, next)
  }
  mailbox._current = observers.next
  if (observers.next !== null) readOn(mailbox, observers)
}

/** Reads what the actor was sent meanwhile. */
function readOn(mailbox: Insides['mailbox'], letter: Letter): void {
  letter.next = null
  mailbox.flush()
}

function fail(actor: Insides, snapshot: AnyMachineSnapshot, error: unknown): void {
  actor._snapshot = { ...snapshot, status: 'error', error } as AnyMachineSnapshot
  actor._error(error)
}

/** Ends the processing of an event that an observer is told of; an observer may have come meanwhile, and an inspector. */
function conclude(
  actor: Insides,
  plan: Plan,
  event: EventObject,
  type: string,
  next: AnyMachineSnapshot,
): void {
  tapOf(actor._actorScope)?.tell(actor as unknown as AnyActorRef, event, plan.moveTo(type, next))
  if (next.status !== 'active' || actor._deferred.length > 0 || isWatched(actor)) actor.update(next, event)
  else actor._snapshot = next
}

/** It is the actor's first event, an observer or an inspector may be there, or the event has to wait. */
function deliverOtherwise<E extends EventObject>(actor: Insides, event: E, type: string): void {
  if (isReady(actor) && isKnown(actor) && !isWatched(actor) && actor.observers.areQuiet)
    deliver(actor, event, type)
  else actor.send(event)
}

const isReady = ({ mailbox, _processingStatus }: Insides): boolean =>
  mailbox?._current === null && mailbox._active === true && _processingStatus === running

/** Whether an observer receives the actor's messages or its new snapshots. */
function isWatched({ observers, system }: Insides): boolean {
  return observers.listening > 0 || isInspected(system)
}

/** Whether the actor is built as those that this knows; then it has what {@link deliver} needs of it from now on. */
function isKnown(actor: Insides): boolean {
  const { mailbox, logic, observers } = actor
  if (observers?.watch !== undefined) return true
  const isAsExpected =
    typeof actor._actorScope === 'object' &&
    typeof mailbox === 'object' &&
    ['_active', '_current', '_last'].every(name => Object.hasOwn(mailbox, name)) &&
    typeof mailbox.flush === 'function' &&
    observers instanceof Set &&
    Array.isArray(actor._deferred) &&
    [actor._error, actor.update].every(method => typeof method === 'function') &&
    typeof logic?.transition === 'function' &&
    logic[plannedTransition] === logic.transition
  if (!isAsExpected) return false
  actor.observers = new Observers(observers, watchOf(actor.system))
  // Empty since the start, with room still for all that was in it; this lets go of the room.
  if (actor._deferred.length === 0) actor._deferred.length = 0
  return true
}

interface Observer {
  readonly next?: unknown
}

const over = { done: true, value: undefined } as const

/** An iterator over nothing: XState walks over the observers at each transition, and most connections have none. */
const none: Iterator<never> = { next: () => over }

/**
 * An actor's observers: as XState keeps them, but in a Set only if there are any. It knows how many are told of snapshots, and do not just wait for the
 * end; and it has what {@link deliver} needs of the actor beside, where all actors have it in the same place: it also stands in the mailbox for the
 * event under way.
 */
class Observers implements Letter {
  listening = 0
  next: Letter | null = null
  readonly value = undefined
  private all: Set<Observer> | undefined = undefined

  /** @param watch who watches the actor's system */
  constructor(
    observers: Iterable<Observer> & { readonly size: number },
    readonly watch: Watch,
  ) {
    if (observers.size > 0) for (const observer of observers) this.add(observer)
  }

  /** Whether it is known without a closer look that neither an observer nor an inspector receives anything; a tap may. */
  get areQuiet(): boolean {
    return (this.listening | this.watch.inspectors) === 0
  }

  /** The same, and there is no tap either. */
  get areNone(): boolean {
    return (this.listening | this.watch.inspectors | this.watch.taps) === 0
  }

  get size(): number {
    return this.all?.size ?? 0
  }

  has(observer: Observer): boolean {
    return this.all?.has(observer) ?? false
  }

  add(observer: Observer): this {
    if (observer.next !== undefined && !this.has(observer)) this.listening++
    this.all ??= new Set()
    this.all.add(observer)
    return this
  }

  delete(observer: Observer): boolean {
    if (!this.has(observer)) return false
    if (observer.next !== undefined) this.listening--
    return this.all?.delete(observer) ?? false
  }

  clear(): void {
    this.listening = 0
    this.all?.clear()
  }

  [Symbol.iterator](): Iterator<Observer> {
    return this.all === undefined ? none : this.all[Symbol.iterator]()
  }
}
