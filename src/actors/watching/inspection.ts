// What inspectors see of a pool, whenever they attach: first all that lives, then everything as it happens.
import type { ActorRefLike, AnyActorRef, AnyEventObject, InspectionEvent, Observer } from 'xstate'
import { parentOf, rootOf } from '../../machines/compiled/index.js'
import { guarded } from './observers.js'
import { outlineOf } from './outline.js'

/** What XState says that an actor's first snapshot comes from. */
const initially = Object.freeze({ type: 'xstate.init' })

/**
 * Tells of a pool's actor and of its connections, in XState's own events. XState tells of an actor when it is made, and those who
 * come later have never heard of it: such an actor is introduced first, as it is now.
 * @returns a function that stops it
 */
export function inspectActors(
  pool: AnyActorRef,
  observer: Observer<InspectionEvent> | ((event: InspectionEvent) => void),
): () => void {
  const tell = guarded(observer, () => subscription.unsubscribe())
  const introduced = new WeakSet<ActorRefLike>()
  const rootId = rootOf(pool).sessionId
  const introduce = (actor: AnyActorRef): void => {
    if (introduced.has(actor)) return
    introduced.add(actor)
    tell({ type: '@xstate.actor', actorRef: actor, rootId })
    tell({
      type: '@xstate.snapshot',
      actorRef: actor,
      rootId,
      event: initially,
      snapshot: actor.getSnapshot(),
    })
  }
  const subscription = pool.system.inspect(event => {
    const actor = event.actorRef as AnyActorRef
    if (actor !== pool && parentOf(actor) !== pool) return // of the application's own system
    if (event.type === '@xstate.actor') introduced.add(actor)
    else introduce(actor)
    tell(presentable(event))
  })
  introduce(pool)
  const { children = {} } = pool.getSnapshot()
  for (const child of Object.values(children)) introduce(child as AnyActorRef)
  return () => subscription.unsubscribe()
}

/**
 * The same, but as JSON it shows no errors of drivers and holders, whose fields may have SQL and its parameters in them; the objects
 * themselves are there for those who look.
 */
function presentable(inspected: InspectionEvent): InspectionEvent {
  if (!('event' in inspected)) return inspected
  const { event } = inspected
  if (!('error' in event || 'reason' in event) || typeof event.toJSON === 'function') return inspected
  return { ...inspected, event: discreet(event) }
}

function discreet(event: AnyEventObject): AnyEventObject {
  const shown = () =>
    Object.fromEntries(
      Object.entries(event).map(([name, value]) => [name, isForeign(name, value) ? outlineOf(value) : value]),
    )
  return Object.defineProperty({ ...event }, 'toJSON', { value: shown })
}

/** Whether it comes from a driver or a holder; the pool's own reasons are words. */
const isForeign = (name: string, value: unknown): boolean =>
  name === 'error' || (name === 'reason' && typeof value !== 'string')
