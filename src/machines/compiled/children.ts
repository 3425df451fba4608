// Starts and ends children of an actor at a cost that does not grow with their number.

import type { AnyActorRef } from 'xstate'

/**
 * Adds an actor to the children of the one that it was made with as its `parent`. XState's own `spawnChild` copies all children each
 * time; this is the same child, with the same inspection events, without the copy. Start the child afterwards.
 */
export function adopt(child: AnyActorRef): void {
  childrenOf(child._parent)[child.id] = child
}

/** Takes a child that has ended out of its parent's children. XState's own `stopChild` copies all others each time. */
export function dismiss(parent: AnyActorRef, id: string): void {
  delete childrenOf(parent)[id]
}

const noOptions = Object.freeze({})

/**
 * Lets an actor that runs forget the options that it was made with; it needs them no more. They are a sixth of an idle actor's
 * weight: XState spreads two objects into one, and V8 makes a hidden class of its own for each of those.
 */
export function lighten(actor: AnyActorRef): void {
  Object.assign(actor, { options: noOptions })
}

const childrenOf = (parent: AnyActorRef | undefined): Record<string, AnyActorRef> =>
  parent?.getSnapshot().children
