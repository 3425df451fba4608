// Callers who come whether or not the ones before them were served, in simulated time: what overloads a pool.
import type { AcquireOptions, Pool } from '../../src/index.js'
import { createRandom } from '../../src/testing/random.js'
import type { SimulatedClock } from './simulated-clock.js'

/** Callers of one kind. */
export interface Load {
  /** How many come in a second, on average, at random times. */
  readonly perSecond: number
  /** When the first and the last one come, in milliseconds from now. */
  readonly from?: number
  readonly until: number
  /** How long each holds its connection, in milliseconds: half as much again at most, and half as little; or as drawn by this. */
  readonly holds: number | ((random: () => number) => number)
  readonly options?: AcquireOptions
  readonly name?: string
}

/** One caller, and what became of it. */
export interface Asked {
  readonly at: number
  readonly name: string | undefined
  /** How long it waited for its answer; undefined before that. */
  waited?: number
  readonly holds: number
  /** The error's code, if it was refused. */
  refused?: string
}

/** Has callers come, and lets the time pass until the last one has been answered. */
export async function openLoop<C>(
  pool: Pool<C>,
  clock: SimulatedClock,
  loads: readonly Load[],
  seed = 1,
): Promise<Asked[]> {
  const asked: Asked[] = []
  const start = clock.now()
  for (const [index, { perSecond, from = 0, until, holds, options, name }] of loads.entries()) {
    const random = createRandom(seed, `load ${index}`)
    const pause = () => (-Math.log(1 - random()) * 1_000) / perSecond
    const come = (): void => {
      const at = clock.now()
      if (at - start > until) return
      const held = typeof holds === 'number' ? holds * (0.5 + random()) : holds(random)
      const caller: Asked = { at: at - start, name, holds: held }
      asked.push(caller)
      pool.acquire(options).then(
        lease => {
          caller.waited = clock.now() - at
          clock.setTimeout(() => lease.release(), held)
        },
        error => {
          caller.waited = clock.now() - at
          caller.refused = error.code
        },
      )
      clock.setTimeout(come, pause())
    }
    clock.setTimeout(come, from + pause())
  }
  const end = start + Math.max(...loads.map(({ until }) => until))
  await clock.advanceTo(end)
  while (asked.some(({ waited }) => waited === undefined)) await clock.advance(1_000)
  return asked
}

/** The value that a share of them does not exceed; 0 if there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** The waits of those who were served, and of those who were refused. */
export function waitsOf(asked: readonly Asked[]): { readonly served: number[]; readonly refused: number[] } {
  const waits = (of: readonly Asked[]) => of.map(({ waited = Number.NaN }) => waited)
  return {
    served: waits(asked.filter(({ refused }) => refused === undefined)),
    refused: waits(asked.filter(({ refused }) => refused !== undefined)),
  }
}
