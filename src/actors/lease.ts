// What a borrower holds: the connection, for as long as it is theirs, and the way to give it back.
import { LeaseError } from '../errors.js'
import type { ConnectionFacts, EndReason } from '../machines/connection-types.js'
import { ofPool, type PoolParts } from './parts.js'
import type { ConnectionRecord } from './record.js'

/** A revoked lease that its holder has given back too is `returned`: from then on there is nothing left to give back. */
type LeaseState = 'held' | 'released' | 'destroyed' | 'revoked' | 'returned'

/**
 * A connection on loan. It is fenced: once given back, destroyed or revoked, it says so instead of reaching a connection that
 * may be somebody else's by then.
 *
 * `await using lease = await pool.acquire()` and `using lease = …` give it back at the end of the block.
 */
export class Lease<C> implements Disposable, AsyncDisposable {
  /** Counted from 1 within the pool. */
  readonly id: number
  /** When it was granted, on the pool's clock, in milliseconds. */
  readonly acquiredAt: number
  readonly #record: ConnectionRecord<C>
  #state: LeaseState = 'held'

  /** @internal */
  constructor(id: number, acquiredAt: number, record: ConnectionRecord<C>) {
    this.id = id
    this.acquiredAt = acquiredAt
    this.#record = record
  }

  /**
   * The driver's own object (a `pg.Client`, say).
   * @throws LeaseError when the lease has ended.
   */
  get connection(): C {
    if (this.#state === 'held') return this.#record.handle as C
    const what = 'its connection was asked for'
    const error =
      this.#state === 'revoked' || this.#state === 'returned'
        ? takenAway(this, this.#record, what)
        : alreadyReturned(this, this.#record, this.#state, what)
    throw ofPool(this.#record.parts, error)
  }

  /** The id of the connection, for messages: `connection-3`. */
  get connectionId(): string {
    return this.#record.id
  }

  /** Whether the connection is still the holder's: neither given back, nor destroyed, nor lost or taken away. */
  get held(): boolean {
    return this.#state === 'held'
  }

  /**
   * Gives the connection back. It is made clean, if it needs that, before anybody else gets it. Does nothing when the connection
   * was lost meanwhile, or taken away by a pool that closed: that is not the borrower's mistake. A second call is.
   * @throws LeaseError when it was given back before.
   */
  release(): void {
    if (this.#state === 'held') {
      this.#state = 'released'
      this.#record.release()
    } else if (this.#state === 'revoked') {
      this.#state = 'returned'
    } else {
      throw ofPool(
        this.#record.parts,
        alreadyReturned(this, this.#record, this.#state, 'it was released again'),
      )
    }
  }

  /**
   * Closes the connection instead of giving it back, because it is in a state that nobody else should get.
   * @param reason why, for `events$`
   * @throws LeaseError when it was given back before.
   */
  destroy(reason?: unknown): void {
    if (this.#state === 'held') {
      this.#state = 'destroyed'
      this.#record.destroy(reason)
    } else if (this.#state === 'revoked') {
      this.#state = 'returned'
    } else {
      throw ofPool(
        this.#record.parts,
        alreadyReturned(this, this.#record, this.#state, 'it was destroyed again'),
      )
    }
  }

  /** Gives the connection back, unless that was done before. */
  [Symbol.dispose](): void {
    if (this.#state === 'held') this.release()
  }

  /** Gives the connection back, unless that was done before. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]()
  }

  /**
   * The connection is gone from under the holder.
   * @internal
   */
  revoke(): void {
    if (this.#state === 'held') this.#state = 'revoked'
  }

  /**
   * Whether its session can only be mended by a new one, as the driver reported: what was tried on it may succeed on another.
   * @internal
   */
  get stale(): boolean {
    return this.#record.stale
  }

  /** Why the connection is being closed. @internal */
  get endReason(): EndReason | undefined {
    return this.#record.ending?.reason
  }

  /** @internal */
  belongsTo(parts: PoolParts<C>): boolean {
    return this.#record.parts === parts
  }
}

interface Named {
  readonly id: number
}

function takenAway({ id }: Named, { id: connection, ending }: ConnectionFacts, what: string): LeaseError {
  return new LeaseError(
    'LEASE_REVOKED',
    id,
    `Lease ${id} has ended: ${what} after its connection (${connection}) was lost or taken away. Acquire a new lease and repeat the work.`,
    ending?.error,
  )
}

function alreadyReturned(
  { id }: Named,
  { id: connection }: ConnectionFacts,
  state: LeaseState,
  what: string,
): LeaseError {
  const why =
    state === 'returned'
      ? `after it had been given back. Its connection (${connection}) was lost or taken away before that; release a lease once, whatever became of it`
      : `after it had been ${state}. The connection (${connection}) may be somebody else's by now; use it only until you release it, and release it once`
  return new LeaseError(
    'LEASE_RELEASED',
    id,
    `Lease ${id} has ended: ${what} ${why} (pool.use() and await using do that for you).`,
  )
}
