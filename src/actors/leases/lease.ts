// What a caller holds: the connection, until the lease ends, and the way to release it.
import { LeaseError } from '../../core/errors.js'
import { unboxed } from '../../core/unboxed.js'
import type { ConnectionFacts, EndReason } from '../../machines/connection-types.js'
import { ofPool } from '../names.js'

/** A revoked lease that its holder has also released is `returned`: from then on there is nothing left to release. */
type LeaseEnd = 'released' | 'destroyed' | 'revoked' | 'returned'

/** What a lease needs of its connection. */
export interface LeasedConnection<C> extends Pick<ConnectionFacts, 'id' | 'ending'> {
  readonly parts: { readonly name: string }
  readonly handle: C | undefined
  readonly stale: boolean
  readonly cancelling: Promise<void> | undefined
  share(): void
  cancel(): Promise<void>
  release(): void
  destroy(reason: unknown): void
}

/**
 * A leased connection. The lease is fenced: after it is released, destroyed or revoked, it throws instead of reaching a connection that
 * another caller may have leased.
 *
 * `await using lease = await pool.acquire()` and `using lease = …` release it at the end of the block.
 */
export class Lease<C> implements Disposable, AsyncDisposable {
  /** Counted from 1 within the pool. */
  readonly id: number
  /** When the pool granted it, on the pool's clock, in milliseconds. */
  readonly acquiredAt: number
  readonly #record: LeasedConnection<C>
  /** How it ended; undefined while it is held, which V8 finds out in two instructions, where a text would take eight. */
  #end: LeaseEnd | undefined = undefined

  /** @internal */
  constructor(id: number, acquiredAt: number, record: LeasedConnection<C>) {
    this.id = id
    this.acquiredAt = unboxed
    this.acquiredAt = acquiredAt
    this.#record = record
  }

  /**
   * The driver's own object (for example a `pg.Client`).
   * @throws LeaseError when the lease has ended.
   */
  get connection(): C {
    if (this.#end === undefined) return this.#record.handle as C
    throw overError(this, this.#record, this.#end, 'it was used')
  }

  /** The id of the connection, for messages: `connection-3`. */
  get connectionId(): string {
    return this.#record.id
  }

  /** Whether the lease is still in force: not released, not destroyed, not revoked. */
  get held(): boolean {
    return this.#end === undefined
  }

  /**
   * Returns the connection to the pool, which resets it, if needed, before another caller gets it. Does nothing if the connection was
   * lost or revoked meanwhile, because that is not the holder's mistake. A second call is.
   * @throws LeaseError when the lease was already released.
   */
  release(): void {
    if (this.#end === undefined) {
      this.#end = 'released'
      this.#record.release()
    } else this.#end = endAgain(this, this.#record, this.#end, 'it was released again')
  }

  /**
   * Closes the connection instead of returning it, because no other caller should get it in its present state.
   * @param reason why, for `events$`
   * @throws LeaseError when the lease was already released.
   */
  destroy(reason?: unknown): void {
    if (this.#end === undefined) {
      this.#end = 'destroyed'
      this.#record.destroy(reason)
    } else this.#end = endAgain(this, this.#record, this.#end, 'it was destroyed again')
  }

  /** Releases the lease, unless it has ended already. */
  [Symbol.dispose](): void {
    if (this.#end === undefined) this.release()
  }

  /** Releases the lease, unless it has ended already. */
  async [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]()
  }

  /**
   * Statements of several callers are under way on the connection from now on.
   * @internal
   */
  share(): void {
    if (this.#end === undefined) this.#record.share()
  }

  /**
   * Has the database stop what the holder has asked for so far; settles when that is over.
   * @internal
   */
  async cancel(): Promise<void> {
    if (this.#end === undefined) await this.#record.cancel()
  }

  /** What was cancelled is still under way, until this settles. @internal */
  get cancelling(): Promise<void> | undefined {
    return this.#record.cancelling
  }

  /**
   * A promise of it. A method of the lease, because where the engine knows the hidden class of what `Promise.resolve` is given, it does not
   * search it and its prototypes for a `then`: an eighth of an acquire and a release.
   * @internal
   */
  promised(): Promise<Lease<C>> {
    return Promise.resolve(this)
  }

  /**
   * The holder has lost the connection.
   * @internal
   */
  revoke(): void {
    if (this.#end === undefined) this.#end = 'revoked'
  }

  /**
   * Whether the driver reported the session as stale: work that failed on it may succeed on a new one.
   * @internal
   */
  get stale(): boolean {
    return this.#record.stale
  }

  /** Why the connection is being closed. @internal */
  get endReason(): EndReason | undefined {
    return this.#record.ending?.reason
  }
}

// Not methods: a private one would be a field more in each lease.

function overError<C>(
  lease: Lease<C>,
  record: LeasedConnection<C>,
  end: LeaseEnd | undefined,
  what: string,
): LeaseError {
  const isTaken = end === 'revoked' || end === 'returned'
  return ofPool(
    record.parts,
    isTaken ? takenAway(lease, record, what) : alreadyReturned(lease, record, end, what),
  )
}

/** Ends a lease that is not held any more: its holder may do that once, if it was revoked. */
function endAgain<C>(
  lease: Lease<C>,
  record: LeasedConnection<C>,
  end: LeaseEnd | undefined,
  what: string,
): LeaseEnd {
  if (end === 'revoked') return 'returned'
  throw ofPool(record.parts, alreadyReturned(lease, record, end, what))
}

interface Named<Id> {
  readonly id: Id
}

function takenAway(
  { id }: Named<number>,
  { id: connection, ending }: Pick<ConnectionFacts, 'id' | 'ending'>,
  what: string,
): LeaseError {
  return new LeaseError(
    'LEASE_REVOKED',
    id,
    `Lease ${id} has ended: ${what} after its connection (${connection}) was lost or revoked. Acquire a new lease and repeat the work.`,
    ending?.error,
  )
}

function alreadyReturned(
  { id }: Named<number>,
  { id: connection }: Named<string>,
  end: LeaseEnd | undefined,
  what: string,
): LeaseError {
  const why =
    end === 'returned'
      ? `after it had been released. Its connection (${connection}) was lost or revoked before that; release each lease exactly once`
      : `after it had been ${end}. Its connection (${connection}) may already be leased to another caller; use it only until you release it, and release it once`
  return new LeaseError(
    'LEASE_RELEASED',
    id,
    `Lease ${id} has ended: ${what} ${why} (pool.use() and await using do that for you).`,
  )
}
