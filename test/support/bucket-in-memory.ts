// A key-value bucket as NATS has it, in simulated time: each operation takes a while, and the bucket says when it wrote a value.
import type { NatsBucketLike, NatsEntryLike } from '../../src/fleet/index.js'
import type { Random } from '../../src/testing/random.js'
import { createSimulatedClock } from './simulated-clock.js'

export class BucketInMemory implements NatsBucketLike {
  readonly clock = createSimulatedClock({ start: 1_000_000 })
  readonly #random: Random
  /** How long each half of an operation takes at most, in milliseconds. */
  readonly #latency: number
  readonly #entries = new Map<string, NatsEntryLike>()
  #revision = 0
  conflicts = 0
  /** Whether another process changes each value before this one can. */
  isBusy = false

  constructor(random: Random, latency = 20) {
    this.#random = random
    this.#latency = latency
  }

  async get(key: string): Promise<NatsEntryLike | null> {
    await this.#pass()
    const entry = this.#entries.get(key) ?? null
    await this.#pass()
    return entry
  }

  create(key: string, value: string): Promise<number> {
    return this.update(key, value, 0)
  }

  async update(key: string, value: string, revision: number): Promise<number> {
    await this.#pass()
    const isLate = (this.#entries.get(key)?.revision ?? 0) !== revision || (this.isBusy && revision > 0)
    if (isLate) this.conflicts++
    else {
      const created = new Date(this.clock.now())
      const written = { value: new TextEncoder().encode(value), created, operation: 'PUT' }
      this.#entries.set(key, { ...written, revision: ++this.#revision })
    }
    const answer = this.#revision
    await this.#pass()
    if (isLate) throw Object.assign(new Error('wrong last sequence'), { code: 10071 })
    return answer
  }

  #pass(): Promise<void> {
    return new Promise(resolve => void this.clock.setTimeout(resolve, this.#random.int(1, this.#latency)))
  }
}
