// How long waits, leases and connects took lately: histograms of the last seconds.
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'
import type { Percentiles, Times } from './protocol.js'

/** So many parts the time looked back to has: each is forgotten as a whole. */
const parts = 5
/** How far is looked back, in milliseconds. */
export const timesSpan = 10_000

/** One percent of precision, up to an hour in microseconds: small enough to have fifteen of for each pool. */
const precision = { lowest: 1, highest: 3_600_000_000, figures: 2 }

const measured = ['wait', 'use', 'connect'] as const

/** Told of each duration, at some hundred nanoseconds each. */
export class RecentTimes {
  readonly #wait = new Rolling()
  readonly #use = new Rolling()
  readonly #connect = new Rolling()

  granted(waited: number): void {
    this.#wait.add(waited)
  }

  returned(held: number): void {
    this.#use.add(held)
  }

  connected(took: number): void {
    this.#connect.add(took)
  }

  /**
   * What was measured in the last ten seconds.
   * @param now milliseconds of any clock that runs evenly
   */
  at(now: number): Times {
    const [wait, use, connect] = [this.#wait, this.#use, this.#connect].map(each => each.read(now))
    return { wait, use, connect } as Record<(typeof measured)[number], Percentiles>
  }
}

/** Nothing took long, for nothing was measured. */
const nothing: Percentiles = { count: 0, p50: 0, p90: 0, p99: 0, max: 0 }

/** A histogram whose older parts are forgotten one after the other. */
class Rolling {
  #parts: RecordableHistogram[] = [createHistogram(precision)]
  readonly #all = createHistogram(precision)
  #current = this.#parts[0] as RecordableHistogram
  #turned: number | undefined

  /** @param duration in milliseconds; kept as microseconds, of which a histogram has at least one */
  add(duration: number): void {
    this.#current.record(Math.min(precision.highest, Math.max(1, Math.round(duration * 1_000))))
  }

  read(now: number): Percentiles {
    this.#turned ??= now
    for (; now - this.#turned >= timesSpan / parts; this.#turned += timesSpan / parts) {
      if (now - this.#turned >= 2 * timesSpan) this.#turned = now - timesSpan // all of it is forgotten
      this.#current = createHistogram(precision)
      this.#parts.push(this.#current)
      if (this.#parts.length > parts) this.#parts.shift()
    }
    const all = this.#all
    all.reset()
    for (const part of this.#parts) if (part.count > 0) all.add(part)
    if (all.count === 0) return nothing
    const percentile = (share: number): number => all.percentile(share) / 1_000
    return {
      count: all.count,
      p50: percentile(50),
      p90: percentile(90),
      p99: percentile(99),
      max: all.max / 1_000,
    }
  }
}
