// Tells of transitions without the interpreter: an actor that is done with an event says which it was, and from where to where it went.

import type { AnyActorRef, AnyMachineSnapshot, EventObject, InspectionEvent, StateValue } from 'xstate'
import { parentOf } from './children.js'
import { configurationOf } from './configuration.js'
import { watchOf } from './inspection.js'
import type { System } from './internals.js'
import { isForeign } from './trust.js'

/** What kind of event led from where to where. Those that are frequent are the same object each time: a tap may know them by it. */
export interface Move {
  /** The type of the event. */
  readonly event: string
  /** The states that the actor was in, as {@link stateName} has them; `undefined` when it starts. */
  readonly from: string | undefined
  readonly to: string
}

/** Told of each event that an actor is done with. */
export interface Tap {
  /** It must not throw. */
  tell(actor: AnyActorRef, event: EventObject, move: Move): void
}

/** Where a system, as its actors see it, keeps its tap: one that tells all others, where there are several. */
const ownTap: unique symbol = Symbol('tap')

type TappedSystem = System & { [ownTap]?: Tap | undefined }

/** An actor's scope, as far as it matters here. */
interface TappedScope {
  readonly system: object | undefined
}

/**
 * Has a tap told of what the actor and its children do: which events they process, and in which states that leaves them, what XState's
 * inspectors read in `@xstate.snapshot`. It is told when all is done that belongs to the transition, before the parent hears of the actor's end.
 * @param system the system as those actors see it (`scope.system`), and no others
 * @returns a function that stops it
 */
export function tapInto(actor: AnyActorRef, system: object, tap: Tap): () => void {
  if (isForeign()) return tapInspection(actor, tap)
  const tapped = system as TappedSystem
  tapped[ownTap] = oneOf([...tapsOf(tapped[ownTap]), tap])
  watchOf(tapped).taps++
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    tapped[ownTap] = oneOf(tapsOf(tapped[ownTap]).filter(other => other !== tap))
    watchOf(tapped).taps--
  }
}

class Several implements Tap {
  constructor(readonly taps: readonly Tap[]) {}

  tell(...transition: Parameters<Tap['tell']>): void {
    for (const tap of this.taps) tap.tell(...transition)
  }
}

function tapsOf(tap: Tap | undefined): readonly Tap[] {
  if (tap === undefined) return []
  return tap instanceof Several ? tap.taps : [tap]
}

const oneOf = (taps: readonly Tap[]): Tap | undefined => (taps.length > 1 ? new Several(taps) : taps[0])

/** Who wants to know. */
export const tapOf = ({ system }: TappedScope): Tap | undefined =>
  (system as TappedSystem | undefined)?.[ownTap]

/** The active states with dots between parents and children, such as `busy.leased`; and commas between parallel ones. */
export function stateName(snapshot: AnyMachineSnapshot): string {
  return configurationOf(snapshot)?.name ?? nameOf(snapshot.value)
}

function nameOf(value: StateValue): string {
  if (typeof value === 'string') return value
  return Object.entries(value)
    .map(([key, inner]) => [key, inner === undefined ? '' : nameOf(inner)].filter(Boolean).join('.'))
    .join(', ')
}

/**
 * The same where nothing is compiled: XState itself tells. It tells of an actor's last transition after its parent has dealt with the end; so
 * that one is told when the parent hears of it.
 */
function tapInspection(actor: AnyActorRef, tap: Tap): () => void {
  const states = new WeakMap<object, string>()
  /** What each actor was sent and has not dealt with. */
  const mailboxes = new WeakMap<object, EventObject[]>()
  const ended = new WeakSet<object>()
  const note = (known: AnyActorRef) => states.set(known, nameOf(known.getSnapshot().value))
  note(actor)
  const { children = {} } = actor.getSnapshot()
  for (const child of Object.values(children)) note(child as AnyActorRef)
  const told = (other: AnyActorRef, event: EventObject, snapshot: AnyMachineSnapshot): void => {
    if (ended.has(other)) return
    if (snapshot.status !== 'active') ended.add(other)
    const from = event.type === 'xstate.init' ? undefined : states.get(other)
    const to = nameOf(snapshot.value)
    states.set(other, to)
    tap.tell(other, event, { event: event.type, from, to })
  }
  const tell = (inspected: InspectionEvent): void => {
    const other = inspected.actorRef as AnyActorRef
    if (other !== actor && parentOf(other) !== actor) return
    if (inspected.type === '@xstate.event') {
      const { event, sourceRef } = inspected
      const mailbox = mailboxes.get(other)
      if (mailbox === undefined) mailboxes.set(other, [event])
      else mailbox.push(event)
      const child = sourceRef as AnyActorRef | undefined
      if (other !== actor || child === undefined || !event.type.startsWith('xstate.done.actor.')) return
      const [last] = mailboxes.get(child) ?? []
      if (last !== undefined) told(child, last, child.getSnapshot())
      return
    }
    if (inspected.type !== '@xstate.snapshot') return
    const mailbox = mailboxes.get(other)
    if (mailbox?.[0] === inspected.event) mailbox.shift()
    told(other, inspected.event, inspected.snapshot as AnyMachineSnapshot)
  }
  const subscription = actor.system.inspect(tell)
  return () => subscription.unsubscribe()
}
