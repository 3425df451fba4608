// Percentiles of what took how long during the last ten seconds, in fixed memory.

import type { Percentiles } from '../../protocol.js'

const window = 10_000
const most = 4096

/** The durations of the last ten seconds, or the last 4,096 of them. */
export class Durations {
  readonly #times = new Float64Array(most)
  readonly #values = new Float64Array(most)
  #added = 0

  add(at: number, duration: number): void {
    const place = this.#added++ % most
    this.#times[place] = at
    this.#values[place] = duration
  }

  percentiles(now: number): Percentiles {
    const kept = Math.min(this.#added, most)
    const values: number[] = []
    for (let place = 0; place < kept; place++) {
      if ((this.#times[place] ?? 0) > now - window) values.push(this.#values[place] ?? 0)
    }
    if (values.length === 0) return { count: 0, p50: 0, p90: 0, p99: 0, max: 0 }
    values.sort((one, other) => one - other)
    const at = (share: number): number =>
      values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0
    return { count: values.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
  }
}
