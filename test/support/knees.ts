// Databases whose throughput depends on how many connections work at once, each with its knee somewhere else.
import { createActor } from 'xstate'
import type { Lease, Pool } from '../../src/index.js'
import { sizeFinderMachine } from '../../src/machines/size-finder.js'
import { createRandom } from '../../src/testing/random.js'
import type { SimulatedClock } from './simulated-clock.js'

/** Statements in a second that a database runs on so many connections, at a time in milliseconds. */
export type Knee = (connections: number, at: number) => number

/** The Universal Scalability Law (Gunther): contention, and what keeping each other coherent costs. */
const scalability =
  (one: number, contention: number, coherency: number): Knee =>
  n =>
    (one * n) / (1 + contention * (n - 1) + coherency * n * (n - 1))

/** When the knee moves that does. */
export const movesAt = 60_000

export const knees: Readonly<Record<string, Knee>> = {
  'rises to nine, and is flat then': n => 40 * Math.min(n, 9),
  'rises to twelve, and falls then': n => (40 * Math.min(n, 12)) / (1 + 0.03 * Math.max(0, n - 12)),
  'has its best at 18, by the Universal Scalability Law': scalability(60, 0.05, 0.003),
  'rises ever more slowly': scalability(60, 0.12, 0),
  'has two steps: its processors at four, its disk at twenty': n =>
    50 * Math.min(n, 4) + 12 * Math.max(0, Math.min(n, 20) - 4),
  'moves from six to twenty': (n, at) => 40 * Math.min(n, at < movesAt ? 6 : 20),
  'moves from twenty to six': (n, at) => 40 * Math.min(n, at < movesAt ? 20 : 6),
}

/** The best that any size does at that time. */
export const bestOf = (knee: Knee, { min, max }: { min: number; max: number }, at: number): number =>
  Math.max(...Array.from({ length: max - min + 1 }, (_, more) => knee(min + more, at)))

/** A size, and since when the pool had it. */
export interface Step {
  readonly at: number
  readonly size: number
}

export const sizeAt = (steps: readonly Step[], time: number): number =>
  steps.findLast(({ at }) => at <= time)?.size ?? Number.NaN

/**
 * What the chart alone makes of a database that always has callers: each statement takes half as much again at most, and half as little, and a new
 * connection takes 100 ms.
 */
export function findSize(
  knee: Knee,
  range: { min: number; max: number },
  seed: number,
  until: number,
): Step[] {
  const random = createRandom(seed, 'statements')
  const finder = createActor(sizeFinderMachine, {
    input: { policy: { interval: 1_000, tolerance: 0.05 }, range },
  })
  finder.start()
  let size = range.max
  let served = 0
  let connecting = 0
  const ends: number[] = []
  const begin = (at: number): void => {
    const n = ends.length + 1
    ends.push(at + ((1_000 * n) / knee(n, at)) * (0.5 + random()))
  }
  const steps = [{ at: 0, size }]
  for (let at = 0; at <= until; at += 100) {
    for (let next = Math.min(...ends); next <= at; next = Math.min(...ends)) {
      ends.splice(ends.indexOf(next), 1)
      served++
      if (ends.length < size) begin(next)
    }
    for (; connecting > 0; connecting--) if (ends.length < size) begin(at)
    connecting = Math.min(2, Math.max(0, size - ends.length))
    finder.send({ type: 'sampled', at, served, open: ends.length, wanted: true })
    const { context } = finder.getSnapshot()
    if (context.size !== size) steps.push({ at, size: context.size })
    size = context.size
  }
  return steps
}

/** Callers who ask again as soon as they were served, on a database with this knee. They come until the time is over. */
export function callers<C>(
  pool: Pool<C>,
  clock: SimulatedClock,
  knee: Knee,
  count: number,
  seed: number,
  end: (lease: Lease<C>) => void = lease => lease.release(),
): void {
  const random = createRandom(seed, 'statements')
  const start = clock.now()
  let held = 0
  const ask = (): void => {
    pool.acquire().then(
      lease => {
        held++
        const took = ((1_000 * held) / knee(held, clock.now() - start)) * (0.5 + random())
        clock.setTimeout(() => {
          held--
          end(lease)
          ask()
        }, took)
      },
      () => {},
    )
  }
  for (let caller = 0; caller < count; caller++) ask()
}
