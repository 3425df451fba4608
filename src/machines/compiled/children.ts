// An actor's children, started and ended at a cost that does not grow with their number; and whose child it is.

import type { AnyActorRef } from 'xstate'
import { isForeign } from './trust.js'

/**
 * Adds an actor to the children of the one that it was made with as its `parent`. XState's own `spawnChild` copies all children each
 * time; this is the same child, with the same inspection events, without the copy. Start the child afterwards.
 */
export function adopt(parent: AnyActorRef, child: AnyActorRef): void {
  try {
    parent.getSnapshot().children[child.id] = child
  } catch (error) {
    if (!isForeign()) throw error // where it is, the child is in no list, and reports to its parent all the same
  }
}

/** Takes a child that has ended out of its parent's children. XState's own `stopChild` copies all others each time. */
export function dismiss(parent: AnyActorRef, id: string): void {
  Reflect.deleteProperty(parent.getSnapshot().children, id)
}

const noOptions = Object.freeze({})

/**
 * Lets an actor that runs forget the options that it was made with, and the empty Map of its listeners; it needs them no more. They are a
 * fifth of an idle actor's weight: XState spreads two objects into one, and V8 makes a hidden class of its own for each of those.
 */
export function lighten(actor: AnyActorRef): void {
  if (isForeign()) return
  const { eventListeners } = actor as unknown as { eventListeners: unknown }
  const hasNone = eventListeners instanceof Map && eventListeners.size === 0
  Object.assign(actor, { options: noOptions, eventListeners: hasNone ? new Listeners() : eventListeners })
}

/** An actor's listeners by the type of what they listen for: XState's Map, made when the first one comes. */
class Listeners {
  private all: Map<unknown, unknown> | undefined = undefined

  get(type: unknown): unknown {
    return this.all?.get(type)
  }

  set(type: unknown, listeners: unknown): this {
    this.all ??= new Map()
    this.all.set(type, listeners)
    return this
  }

  clear(): void {
    this.all?.clear()
  }
}

/** The actor that the actor is a child of; `undefined` for the root of a system. */
export const parentOf = (actor: AnyActorRef): AnyActorRef | undefined => actor._parent

/** The actor that the system which the actor lives in begins with. */
export function rootOf(actor: AnyActorRef): AnyActorRef {
  const parent = parentOf(actor)
  return parent === undefined ? actor : rootOf(parent)
}
