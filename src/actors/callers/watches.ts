// Several who are told when a request is settled: it may have a deadline and a signal, be traced, and go by a lane.
import type { Lease } from '../leases/lease.js'
import type { AcquireRequest, Watch } from './request.js'

/** Has one more be told when a request is settled. */
export function watchToo<C>(request: AcquireRequest<C>, watch: Watch<C>): void {
  request.watch = request.watch === undefined ? watch : new BothWatches(request.watch, watch)
}

class BothWatches<C> implements Watch<C> {
  readonly #first: Watch<C>
  readonly #second: Watch<C>

  constructor(first: Watch<C>, second: Watch<C>) {
    this.#first = first
    this.#second = second
  }

  settled(request: AcquireRequest<C>, lease: Lease<C> | undefined, error: unknown): void {
    this.#first.settled(request, lease, error)
    this.#second.settled(request, lease, error)
  }
}
