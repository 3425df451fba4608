// Choices made from a seed: the same seed makes the same choices.

import { createStreams } from '../db/simulated/random.js'

/** A source of repeatable random choices. */
export interface Random {
  /** A number from 0 to below 1. */
  (): number
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number
  /** One of several values. */
  pick<T>(choices: readonly T[]): T
  /** True with this probability. */
  chance(probability: number): boolean
}

/** A named stream of choices from a seed; each name has choices of its own. */
export function createRandom(seed: number, stream: string): Random {
  const draw = createStreams(seed)
  const next = () => draw(stream)
  return Object.assign(next, {
    int: (least: number, most: number) => least + Math.floor(next() * (most - least + 1)),
    pick: <T>(choices: readonly T[]) => choices[Math.floor(next() * choices.length)] as T,
    chance: (probability: number) => next() < probability,
  })
}
