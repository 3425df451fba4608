// What is made of the rounds' values: medians, spreads, and ratios that are taken within a round.

/** The middle of some values, and the least and the greatest of them. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** @throws RangeError when there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const least = sorted[0]
  const greatest = sorted[sorted.length - 1]
  if (least === undefined || greatest === undefined) throw new RangeError('No values have no median.')
  return { median: medianOf(sorted), min: least, max: greatest }
}

/**
 * How many times `over` is `under`: a ratio for each round, since what else the machine did in a round slowed both, and the
 * spread of these. Rounds that only one of the two has are left out.
 */
export function ratiosOf(over: readonly number[], under: readonly number[]): number[] {
  const rounds = Math.min(over.length, under.length)
  return Array.from({ length: rounds }, (_, round) => (over[round] ?? 0) / (under[round] ?? 0))
}

/** The spread of {@link ratiosOf}. */
export function ratioOf(over: readonly number[], under: readonly number[]): Spread {
  return spreadOf(ratiosOf(over, under))
}

/**
 * How far apart the middle half of some values lies, as a part of their median: what one peer's rounds differ by, although each does
 * the same work.
 */
export function noiseOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] ?? 0
  return (at(0.75) - at(0.25)) / spreadOf(values).median
}

/** How likely it is that a coin that is thrown so many times shows heads so often at most. */
export function chanceOfAtMost(heads: number, throws: number): number {
  let ways = 1
  let sum = 0
  for (let count = 0; count <= heads; count++) {
    sum += ways
    ways *= (throws - count) / (count + 1)
  }
  return sum / 2 ** throws
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
