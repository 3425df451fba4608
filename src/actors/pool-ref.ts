// The types of a running pool's actor.
import type { ActorRef, SnapshotFrom } from 'xstate'
import type { poolMachine } from '../machines/pool.js'
import type { PoolEvent } from '../machines/pool-types.js'
import type { PoolEmitted } from './watching/events.js'

declare const connections: unique symbol

/**
 * A pool's snapshot: its state, its context, and its connections as children. `C` is the type of the driver's connections. In a snapshot that
 * you keep, `children`, `context.roster` and `context.queue` are live: they show the moment at which you read them. For figures that stay, take
 * `pool.stats()`, or the snapshot as JSON.
 */
export type PoolSnapshot<C> = SnapshotFrom<typeof poolMachine> & {
  readonly context: { readonly [connections]?: C }
}

/** A running pool's actor, as `createActor`, `spawn` and `invoke` create it from `poolLogic`; `C` is the type of its driver's connections. */
export type PoolActorRef<C = unknown> = ActorRef<PoolSnapshot<C>, PoolEvent, PoolEmitted>
