// What a scenario is: something bad that happens to a server or to the network under load, and what of it may reach the app.

import type { FaultProxy } from '../support/fault-proxy.js'
import type { PostgresServer } from '../support/postgres-server.js'
import type { Work } from './load.js'
import type { Observer } from './observer.js'

/** What a scenario works with. */
export interface Stage {
  readonly server: PostgresServer
  /** The pool connects through it, unless the scenario says otherwise. */
  readonly proxy: FaultProxy
  readonly observer: Observer
  /** The role that the pool logs in as; its password is asked for on each connect. */
  readonly role: { readonly name: string; password: string }
  /** Stops processes by SIGSTOP; {@link Stage.resume}, or the end of the scenario, lets them go on. */
  suspend(pids: readonly number[]): Promise<void>
  resume(): Promise<void>
  /** What is to be undone at the end, in whatever way that comes. */
  atEnd(undo: () => Promise<unknown>): void
}

/** What may reach the app at most, and how soon it must be over. Anything beyond fails the scenario. */
export interface Bounds {
  /** Errors to queries that were under way when it struck. */
  readonly inFlight: number
  /**
   * Errors to queries that were sent after it had taken effect, or over connections known to have ended. Default 0. Only where no news of it
   * reaches this side can a pool not know better: then one for each connection that was idle, or was just being handed on.
   */
  readonly others?: number
  /** How soon every worker must have been served again, in milliseconds from the end of the fault. */
  readonly recovery: number
  /**
   * How soon there must be as many connections as before, in milliseconds from when every worker had been served again. Default: not
   * looked at.
   */
  readonly refill?: number
  /**
   * The server cannot know that clients have gone (it stands still, or the network does): the backends of such clients do not
   * count against `max`.
   */
  readonly deaf?: boolean
}

export interface Scenario {
  readonly name: string
  /** What is done, for the table. */
  readonly title: string
  /** What connections go through; `server` = straight to it, for faults of the server that its clients hear of. */
  readonly through: 'server' | 'proxy'
  /** Parameters of the server. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** What the workers do, where it is not the usual. */
  readonly work?: Partial<Work>
  readonly bounds: Bounds
  /** Does it, before the load starts: for what a pool is born into. */
  prepare?(stage: Stage): Promise<void>
  /** Does it. Settles when it has taken effect: what is sent later over a connection that it broke should not have been. */
  strike(stage: Stage): Promise<void>
  /** How often it strikes, and how far apart, in milliseconds. Default: once. */
  readonly again?: { readonly times: number; readonly apart: number }
  /** For how long it lasts after that, in milliseconds. Default 0. */
  readonly lasts?: number
  /** Undoes it. */
  lift?(stage: Stage): Promise<void>
}
