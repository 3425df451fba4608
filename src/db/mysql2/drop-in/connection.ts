// A connection of the drop-in pool: mysql2's own, which gives itself back to the underlying pool, and answers only while it is leased.

import { EventEmitter } from 'node:events'
import type { PoolConnection as Mysql2PoolConnection } from 'mysql2'
import { inCallersContext } from '../../../core/callers-context.js'
import { workForPool, worksForPool } from '../../../core/for-the-pool.js'
import type { Lease } from '../../../index.js'
import { BasePoolConnection } from './bases.js'
import { usedAfterRelease } from './errors.js'

/** What a connection asks of its pool. */
export interface Lender {
  giveBack(connection: PoolConnection, lease: Lease<PoolConnection>): void
  /** Closes it; the statement under way may come to its own end. */
  discard(connection: PoolConnection, lease: Lease<PoolConnection>): void
}

type Core = { readonly stream: { destroy(): unknown } }

/** What is asked of the server: a query, a prepared statement, … */
export interface Command {
  /** Of the statement that it closes. */
  readonly id?: unknown
  onResult?: (error: Error, ...values: unknown[]) => void
  onTimedOut?: () => void
  emit(event: string, ...values: unknown[]): unknown
  on(event: string, listener: Listener): Command
  addListener(event: string, listener: Listener): Command
  listenerCount(event: string): number
  eventNames(): readonly unknown[]
}

/**
 * A connection of `pool.getConnection()`; always the same object for the same session. After its release, a command fails with an
 * error, because the session may already be leased to another caller; mysql2's own would run the command there.
 */
export class PoolConnection extends BasePoolConnection {
  readonly #lender: Lender
  #lease: Lease<PoolConnection> | undefined
  #lastLease = 0
  /** How much is done with it for the pool at the moment. */
  #serving = 0
  /** `execute` gives two commands with the same callback. */
  #executing: 'no' | 'yes' | 'refused' = 'no'
  /** @internal Counts releases: the greatest is that of the connection that came back last. */
  returned = 0
  /** @internal It has been opened, and has not been given to its pool's `close` or `destroy`. */
  open = false
  /** @internal It is leased for one query, and comes back when that has timed out. */
  forOneQuery = false

  static {
    // mysql2 says when a connection has ended. The driver takes its time over that, and its holder is told from the moment that it ends.
    // An accessor, which mysql2's typings have as a property.
    Object.defineProperty(PoolConnection.prototype, 'state', {
      configurable: true,
      get(this: PoolConnection): unknown {
        const state: unknown = Reflect.get(BasePoolConnection.prototype, 'state', this)
        return state === 'authenticated' && this.#lastLease > 0 && !this.open ? 'disconnected' : state
      },
    })
  }

  /** @internal */
  constructor(lender: Lender, options: { config: unknown }) {
    super(lender, options)
    this.#lender = lender
    // mysql2's own listener, by which its pool hears of a loss: the session has one for good, so programs that count find one, as there.
    const ofItsPool = this.listeners('error').at(-1)
    if (ofItsPool !== undefined) this.off('error', ofItsPool as () => void)
    this.#fence()
  }

  /** The lease that it is leased by; undefined while it is not. */
  get lease(): Lease<PoolConnection> | undefined {
    return this.#lease?.held ? this.#lease : undefined
  }

  /**
   * Whether this lease holds it and was not released. Its session may be lost meanwhile: then no other caller has it either, and mysql2
   * reports it.
   * @internal
   */
  isOutBy(lease: Lease<PoolConnection> | undefined): boolean {
    return lease !== undefined && this.#lease === lease
  }

  /** @internal */
  lend(lease: Lease<PoolConnection>): void {
    this.#lease = lease
    this.#lastLease = lease.id
    this.forOneQuery = false
  }

  /** @internal Nothing is done with it, and it can be leased. */
  get free(): boolean {
    return this.open && this.#serving === 0 && this.lease === undefined
  }

  /** @internal Lets the pool itself, and its `connection` listeners, ask something of it. */
  async serve<T>(work: () => Promise<T>): Promise<T> {
    this.#serving++
    try {
      return await workForPool(this, work)
    } finally {
      this.#serving--
    }
  }

  /** Releases the connection, which the pool resets, if needed, before another caller gets it. A second call does nothing, as in mysql2. */
  override release(): void {
    const lease = this.#lease
    if (lease === undefined) return
    this.#lease = undefined
    this.#lender.giveBack(this, lease)
  }

  /** The same as `release()`; mysql2 has it since 3.18. */
  override [Symbol.dispose](): void {
    this.release()
  }

  /**
   * Closes the connection instead of releasing it. As in mysql2, the running query may finish; one that takes long fails, and is killed on
   * the server. Does nothing when the connection is not leased, except in a `connection` listener.
   */
  override destroy(): void {
    const lease = this.#lease
    if (lease === undefined) {
      if (worksForPool(this)) (this as unknown as Core).stream.destroy()
      return
    }
    this.#lease = undefined
    this.#lender.discard(this, lease)
  }

  override execute: Mysql2PoolConnection['execute'] = (...parameters: unknown[]) => {
    this.#executing = 'yes'
    try {
      return Reflect.apply(BasePoolConnection.prototype.execute, this, parameters)
    } finally {
      this.#executing = 'no'
    }
  }

  /** All of mysql2's methods that ask the server for something come through here. */
  #fence(): void {
    const connection = this as unknown as { addCommand(command: Command): Command }
    const add = connection.addCommand
    connection.addCommand = command => {
      if (this.forOneQuery) command.onTimedOut = () => this.release()
      if (this.#lease?.held || (this.#serving > 0 && worksForPool(this)))
        return add.call(this, inContextOfCaller(command))
      if (this.#serving > 0 && closesStatement(command)) return command // a session that was reset has forgotten it
      if (this.#executing !== 'refused') refuse(command, usedAfterRelease(this.#lastLease))
      if (this.#executing === 'yes') this.#executing = 'refused'
      return command
    }
  }
}

/**
 * mysql2 calls back, and emits, in the context of the socket, which is that of no caller. So callbacks, and the listeners of a command, are
 * bound to their caller's. A command with a callback has no listeners, as a rule, and is bound as an emitter only when it has: commands that
 * have an `emit` of their own outlive minor collections, as `--trace-gc` shows.
 */
function inContextOfCaller(command: Command): Command {
  if (areBound) return command
  const { onResult, emit } = command
  if (onResult) command.onResult = inCallersContext(onResult)
  if (!onResult || command.eventNames().length > 0) {
    command.emit = inCallersContext(emit)
  } else bindListeners(command)
  return command
}

/** Listeners that are added from now on are bound to the context of those who add them. */
export function bindListeners(command: Command): void {
  command.on = onInContext
  command.addListener = onInContext
}

let areBound = false

/** Runs mysql2's own part of a query whose callback is bound to its caller's context already. */
export function withoutBinding(work: () => void): void {
  areBound = true
  try {
    work()
  } finally {
    areBound = false
  }
}

/** The application's callback. mysql2's part may call it at once, with an error; what it asks for then is bound as ever. */
export function apartFromBinding<V extends unknown[], R>(callback: (...values: V) => R): (...values: V) => R {
  return function (this: unknown, ...values: V): R {
    const before = areBound
    areBound = false
    try {
      return callback.apply(this, values)
    } finally {
      areBound = before
    }
  }
}

type Listener = ((...values: unknown[]) => unknown) & { listener?: Listener }

/** One for all commands: that listeners are bound costs nothing until there is one. */
function onInContext(this: Command, event: string, listener: Listener): Command {
  if (areBound)
    return EventEmitter.prototype.on.call(
      this as unknown as EventEmitter,
      event,
      listener,
    ) as unknown as Command
  const bound: Listener = inCallersContext(listener)
  bound.listener = listener.listener ?? listener // as `once` does, so that it can be removed by the listener itself
  return EventEmitter.prototype.on.call(this as unknown as EventEmitter, event, bound) as unknown as Command
}

/** mysql2 closes the statements that it knew when a reset has succeeded; no other command has an id and no callback. */
function closesStatement({ id, onResult }: Command): boolean {
  return id !== undefined && onResult === undefined
}

/** Answers a command that is not sent. */
export function refuse(command: Command, error: Error): void {
  if (closesStatement(command)) return
  process.nextTick(() => {
    if (command.onResult) command.onResult(error)
    else if (command.listenerCount('error') > 0) command.emit('error', error)
    else process.emitWarning(error) // without a listener, and the process would end
  })
}
