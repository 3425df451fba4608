// Tells a statement that waits what became of its request for a connection.
import type { AcquireRequest, Receiver } from '../callers/request.js'
import type { Lease } from '../leases/lease.js'
import type { Statement } from './statement.js'

/** Who hears of the answers. */
export interface Asked<C> {
  granted(lease: Lease<C>, asker: Statement<C>): void
  refused(asker: Statement<C>, request: AcquireRequest<C>, error: unknown): void
}

/** Tells it in a microtask, because the pool is in the midst of a message. */
export class Asker<C> implements Receiver<C> {
  readonly #asked: Asked<C>
  readonly #statement: Statement<C>
  readonly #request: AcquireRequest<C>

  constructor(asked: Asked<C>, statement: Statement<C>, request: AcquireRequest<C>) {
    this.#asked = asked
    this.#statement = statement
    this.#request = request
  }

  granted(lease: Lease<C>): void {
    queueMicrotask(() => this.#asked.granted(lease, this.#statement))
  }

  refused(error: unknown): void {
    queueMicrotask(() => this.#asked.refused(this.#statement, this.#request, error))
  }
}
