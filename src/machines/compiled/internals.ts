// What replaying needs of XState's own objects beyond its published types; pinned by the differential tests.

import type { AnyMachineSnapshot, AnyStateNode, EventObject, MachineContext } from 'xstate'

/** An actor's scope, as XState hands it to its logic. */
export interface Scope {
  readonly self: { readonly _processingStatus: number }
  readonly system: System
  /** Has something done once the transition under way is over. */
  defer(call: () => void): void
  /** Ours: a snapshot, and the one whose place it took. They differ in their states alone. */
  [latest]?: AnyMachineSnapshot
  [former]?: AnyMachineSnapshot
}

/** Where an actor's scope keeps the snapshot that its last move led to. */
export const latest: unique symbol = Symbol('latest')

/** Where it keeps the one from which that move came. */
export const former: unique symbol = Symbol('former')

/** Where a compiled logic keeps its own `transition`, so that one that wraps it is told from it. */
export const plannedTransition: unique symbol = Symbol('transition')

/** An actor system: the root actor and all below it. */
export interface System {
  inspect: (observer: never) => unknown
  _sendInspectionEvent(event: object): void
  /** What sets and clears the timers of `after` and of delayed events. */
  readonly scheduler: Scheduler
}

/** XState's scheduler, or one in its place. */
export interface Scheduler {
  schedule(source: object, target: object, event: EventObject, delay: number, id?: string): void
  cancel(source: object, id: string): void
  cancelAll(source: object): void
}

/** `ProcessingStatus.Running`: before it, XState defers actions until the actor starts. */
export const running = 1

/** What an action is called with. */
export interface ActionArgs {
  readonly context: MachineContext
  readonly event: EventObject
  readonly self: Scope['self']
  readonly system: System
}

/** What a guard is asked with. */
export interface GuardArgs {
  readonly context: MachineContext
  readonly event: EventObject
}

/** A custom action's function. */
export type Exec = (args: ActionArgs, params: unknown) => void

/** A function that XState's own action creators made: `assign`, `raise`, `sendTo`, … */
export interface BuiltinAction {
  readonly type: string
  /** Of an `assign`. */
  readonly assignment?: unknown
  /** Of a `raise`. */
  readonly event?: unknown
  /** Of a `raise`. */
  readonly delay?: unknown
  /** Of a `raise` with a delay. */
  readonly id?: string
  /** Of a `cancel`. */
  readonly sendId?: unknown
  resolve(
    scope: Scope,
    snapshot: AnyMachineSnapshot,
    args: ActionArgs,
    params: unknown,
    action: unknown,
    extra: { readonly internalQueue: EventObject[]; readonly deferredActorIds: undefined },
  ): readonly [AnyMachineSnapshot, unknown, unknown]
  execute?(scope: Scope, resolved: unknown): void
}

/** A function that XState's own guard creators made: `and`, `or`, `not`, `stateIn`. */
export interface BuiltinGuard {
  check(snapshot: AnyMachineSnapshot, args: GuardArgs, guard: unknown): boolean
}

/** Whether `node` lies somewhere below `ancestor`; everything lies below `undefined`, the machine's outside. */
export function isBelow(node: AnyStateNode, ancestor: AnyStateNode | undefined): boolean {
  let marker = node
  while (marker.parent !== undefined && marker.parent !== ancestor) marker = marker.parent
  return marker.parent === ancestor
}
