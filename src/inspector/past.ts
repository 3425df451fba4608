// How a pool stood in each of the last seconds, for the plots of a page that opens later.
import type { PoolStats } from '../actors/watching/stats.js'
import {
  type Figure,
  figures,
  type PastMessage,
  type Percentiles,
  type Sample,
  type Times,
} from './protocol.js'

/** So many samples are kept, one for each second: the page shows five minutes at most. */
const most = 330

/** What the rates are made from. */
type Counted = Pick<PoolStats, 'acquired' | 'timedOut' | 'refused' | 'failedConnects' | 'lost'>

/** Samples in columns, in memory that does not grow: some forty kilobytes. */
export class Past {
  readonly #times: number[] = []
  readonly #columns = Object.fromEntries(figures.map(figure => [figure, []])) as unknown as Record<
    Figure,
    (number | null)[]
  >
  #before: (Counted & { readonly at: number }) | undefined

  /** @param at on the pool's clock */
  add(at: number, stats: PoolStats, times: Times): void {
    const before = this.#before
    const seconds = before === undefined ? 0 : (at - before.at) / 1_000
    if (before !== undefined && seconds <= 0) return
    const rate = (figure: keyof Counted): number | null =>
      before === undefined ? null : rounded(Math.max(0, stats[figure] - before[figure]) / seconds)
    const { acquired, timedOut, refused, failedConnects, lost } = stats
    this.#before = { at, acquired, timedOut, refused, failedConnects, lost }
    this.#push(Math.round(at), {
      idle: stats.idle,
      leased: stats.busy,
      connecting: stats.connecting,
      waiting: stats.waiting,
      granted: rate('acquired'),
      timedOut: rate('timedOut'),
      refused: rate('refused'),
      failedConnects: rate('failedConnects'),
      lost: rate('lost'),
      ...timesSampled(times),
    })
  }

  /** All that is kept; undefined if there is nothing. */
  message(pool: number): PastMessage | undefined {
    return this.#times.length === 0
      ? undefined
      : { type: 'past', pool, times: this.#times, columns: this.#columns }
  }

  #push(at: number, sample: Sample): void {
    this.#times.push(at)
    for (const figure of figures) this.#columns[figure].push(sample[figure])
    if (this.#times.length < 2 * most) return
    this.#times.splice(0, most)
    for (const figure of figures) this.#columns[figure].splice(0, most)
  }
}

function timesSampled({ wait, use, connect }: Times) {
  const of = ({ count }: Percentiles, value: number): number | null => (count === 0 ? null : rounded(value))
  return {
    wait50: of(wait, wait.p50),
    wait99: of(wait, wait.p99),
    use50: of(use, use.p50),
    use99: of(use, use.p99),
    connect50: of(connect, connect.p50),
    connect99: of(connect, connect.p99),
  }
}

/** Travels as text: a thousandth is enough. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000
