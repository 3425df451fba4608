// The durations of one pool in a histogram's buckets. Client libraries look a series up by its labels for each observation, which costs
// more than an acquire; this counts in place, and the counts are handed over when a scrape asks.
import type { Tracker } from '../observe.js'

/** One histogram of a pool. */
export class BucketCounts {
  readonly #bounds: Float64Array
  readonly #counts: Float64Array
  #sum = 0

  /** @param bounds the upper bounds, in seconds, ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = Float64Array.from(bounds, bound => bound * 1_000)
    this.#counts = new Float64Array(bounds.length + 1)
  }

  /** @param duration in milliseconds */
  record(duration: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && duration > (bounds[bucket] as number)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#sum += duration
  }

  /** How many there were up to each bound, the last being all of them, and their sum in seconds. */
  read(): { readonly cumulative: readonly number[]; readonly count: number; readonly sum: number } {
    let count = 0
    const cumulative = Array.from(this.#counts, own => {
      count += own
      return count
    })
    return { cumulative, count, sum: this.#sum / 1_000 }
  }
}

/** The histograms of each pool. */
export const histograms = [
  {
    name: 'acquire_wait_seconds',
    key: 'waits',
    help: 'How long callers waited for their leases, including callers served at once.',
  },
  { name: 'lease_duration_seconds', key: 'uses', help: 'How long leases that have ended were held.' },
  { name: 'connect_duration_seconds', key: 'connects', help: 'How long connects that succeeded took.' },
] as const

/** Counts a pool's durations. */
export class PoolDurations implements Tracker {
  readonly waits: BucketCounts
  readonly uses: BucketCounts
  readonly connects: BucketCounts

  constructor(bounds: readonly number[]) {
    this.waits = new BucketCounts(bounds)
    this.uses = new BucketCounts(bounds)
    this.connects = new BucketCounts(bounds)
  }

  granted(waited: number): void {
    this.waits.record(waited)
  }

  returned(held: number): void {
    this.uses.record(held)
  }

  connected(took: number): void {
    this.connects.record(took)
  }

  connectFailed(): void {}
  timedOut(): void {}
  closed(): void {}
}
