// A connection of the drop-in pool: mysql2's own, which gives itself back to the pool beneath, and answers only while it is lent.

import { AsyncResource } from 'node:async_hooks'
import type { PoolConnection as Mysql2PoolConnection } from 'mysql2'
import type { Lease } from '../../index.js'
import { BasePoolConnection } from './bases.js'
import { usedAfterRelease } from './errors.js'

/** What a connection asks of its pool. */
export interface Lender {
  giveBack(connection: PoolConnection, lease: Lease<PoolConnection>): void
}

interface Command {
  onResult?: (error: Error) => void
  emit(event: string, ...values: unknown[]): unknown
  listenerCount(event: string): number
}

/**
 * Lent by `pool.getConnection()`; always the same object for the same session. A command given to it after its release is answered
 * with an error, for the session may be somebody else's by then: mysql2's own would run it there.
 */
export class PoolConnection extends BasePoolConnection {
  readonly #lender: Lender
  #lease: Lease<PoolConnection> | undefined
  #lastLease = 0
  /** The pool itself asks something of it. */
  #serving = false
  /** Whether the pool's `connection` event has been emitted for it. */
  #announced = false
  /** `execute` gives two commands with the same callback. */
  #executing: 'no' | 'yes' | 'refused' = 'no'
  /** @internal Counts releases: the greatest is that of the connection that came back last. */
  returned = 0
  /** @internal It has been opened, and has not been given to its pool's `close` or `destroy`. */
  open = false

  /** @internal */
  constructor(lender: Lender, options: { config: unknown }) {
    super(lender, options)
    this.#lender = lender
    this.#fence()
  }

  /** The lease that it is lent by; undefined while it is not. */
  get lease(): Lease<PoolConnection> | undefined {
    return this.#lease?.held ? this.#lease : undefined
  }

  /**
   * Whether it was lent by this lease and not given back since. Its session may have been lost meanwhile: then nobody else has it
   * either, and mysql2 says so.
   * @internal
   */
  isOutBy(lease: Lease<PoolConnection> | undefined): boolean {
    return lease !== undefined && this.#lease === lease
  }

  /**
   * @internal
   * @returns whether it is lent for the first time
   */
  lend(lease: Lease<PoolConnection>): boolean {
    const first = !this.#announced
    this.#announced = true
    this.#lease = lease
    this.#lastLease = lease.id
    return first
  }

  /** @internal Nothing is done with it, and it can be leased. */
  get free(): boolean {
    return this.open && !this.#serving && this.lease === undefined
  }

  /** @internal Lets the pool itself ask something of it. */
  async serve<T>(work: () => Promise<T>): Promise<T> {
    this.#serving = true
    try {
      return await work()
    } finally {
      this.#serving = false
    }
  }

  /** Gives it back. It is made clean, if it needs that, before anybody else gets it. A second call does nothing, as in mysql2. */
  override release(): void {
    const lease = this.#lease
    if (lease === undefined) return
    this.#lease = undefined
    this.#lender.giveBack(this, lease)
  }

  /** Closes it instead of giving it back; queries under way fail. Does nothing when it is not lent. */
  override destroy(): void {
    const lease = this.#lease
    if (lease === undefined) return
    this.#lease = undefined
    lease.destroy(new Error('Its borrower called destroy().'))
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
      if (this.#serving) return add.call(this, command)
      if (this.#lease?.held) {
        // mysql2 calls back in the context of the socket, which is that of no caller.
        if (command.onResult) command.onResult = AsyncResource.bind(command.onResult)
        return add.call(this, command)
      }
      if (this.#executing !== 'refused') refuse(command, usedAfterRelease(this.#lastLease))
      if (this.#executing === 'yes') this.#executing = 'refused'
      return command
    }
  }
}

function refuse(command: Command, error: Error): void {
  process.nextTick(() => {
    if (command.onResult) command.onResult(error)
    else if (command.listenerCount('error') > 0) command.emit('error', error)
    else process.emitWarning(error) // nobody would hear of it, and the process would end
  })
}
