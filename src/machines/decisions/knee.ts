// How many connections a database is served best by, from what it did with so many: pure decisions over measurements.

/** How the size is searched for. */
export interface SizePolicy {
  /** How long one size is measured at least, in milliseconds. */
  readonly interval: number
  /** The share of the best throughput that fewer connections may cost. */
  readonly tolerance: number
}

/** What was seen while the pool had one size. */
export interface Measured {
  readonly size: number
  /** Leases that ended. */
  readonly served: number
  /** Over how long, in milliseconds. */
  readonly took: number
  /** How often it was measured. */
  readonly times: number
}

/** The least and the most that a size may be. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/** Leases in a millisecond. */
export const rateOf = ({ served, took }: Measured): number => served / took

const sum = (one: Measured, other: Measured): Measured => ({
  size: one.size,
  served: one.served + other.served,
  took: one.took + other.took,
  times: one.times + other.times,
})

/** What was seen, with one more measurement: those of one size add up. */
export function withMeasured(seen: readonly Measured[], now: Measured): readonly Measured[] {
  const before = seen.find(({ size }) => size === now.size)
  if (before === undefined) return [...seen, now]
  return seen.map(one => (one === before ? sum(one, now) : one))
}

const bestOf = (seen: readonly Measured[]): Measured =>
  seen.reduce((one, other) => (rateOf(other) > rateOf(one) ? other : one))

/** What the measurements say so far. */
export interface Verdict {
  /** The size to measure next, or to hold. */
  readonly size: number
  /** Whether that is the knee. */
  readonly found: boolean
}

/**
 * Which size to measure next, or which is the knee: the smallest whose throughput is within the tolerance of the best. It halves the size while
 * that costs nothing, doubles it while that helps, and bisects what is left. What the verdict rests on is measured twice: a busy moment
 * of the database, or a lucky one, is not taken for the effect of a size.
 */
export function judge(seen: readonly Measured[], { min, max }: SizeRange, tolerance: number): Verdict {
  const best = bestOf(seen)
  const isWithin = (one: Measured, share: number) => rateOf(one) >= rateOf(best) * (1 - share)
  const isGood = (one: Measured) => isWithin(one, tolerance)
  const sorted = [...seen].sort((one, other) => one.size - other.size)
  const place = sorted.findIndex(isGood)
  const knee = sorted[place] as Measured
  const below = sorted[place - 1]
  const above = sorted[place + 1]
  const next = (size: number): Verdict => ({ size, found: false })
  const isWide = (from: number, to: number, share: number) => to - from > Math.max(1, to * share)
  const isClose = (one: Measured) => !isGood(one) && isWithin(one, 2 * tolerance)
  if (best.times < 2 && seen.some(isClose)) return next(best.size)
  if (below === undefined && knee.size > min) return next(Math.max(min, Math.floor(knee.size / 2)))
  if (above === undefined && knee.size < max) return next(Math.min(max, 2 * knee.size))
  // It falls where there are too many: the best may lie between two that were measured.
  if (above !== undefined && isWide(knee.size, above.size, 0.4))
    return next(Math.round((knee.size + above.size) / 2))
  if (below !== undefined && isWide(below.size, knee.size, 0.15))
    return next(Math.round((below.size + knee.size) / 2))
  const confirmed = seen.some(one => one !== best && isWithin(one, tolerance / 2))
  for (const one of [below, confirmed ? undefined : best, knee])
    if (one !== undefined && one.times < 2) return next(one.size)
  return { size: knee.size, found: true }
}

/** So many leases are the least that tell of a size, for each connection: as they may end together. */
const turns = 10

/**
 * Whether a size has been measured for long enough: the interval is over, and whether it is good is clear or one more is over. A quarter of it is
 * enough where that is beyond doubt.
 * @param seen the sizes that were measured before it
 */
export function isMeasured(
  now: Measured,
  seen: readonly Measured[],
  { interval, tolerance }: SizePolicy,
): boolean {
  if (now.took < interval / 4 || now.served < turns * now.size) return false
  if (now.took >= 2 * interval) return true
  if (seen.length === 0) return now.took >= interval
  const best = bestOf(seen)
  const doubt =
    Math.log(rateOf(now) / (rateOf(best) * (1 - tolerance))) ** 2 / (1 / now.served + 1 / best.served)
  return doubt > (now.took < interval ? 9 : 1)
}

/** Whether the window is long enough to compare it with others of the size that is held. */
export const isOver = ({ took, served, size }: Measured, { interval }: SizePolicy): boolean =>
  took >= interval && served >= turns * size

/** What is known of the size that the pool holds. */
export interface Held {
  /** What it did when it was found, and in the first windows after that. */
  readonly reference: Measured
  /** What it did since one connection more was tried. */
  readonly recent: Measured
  /** The rate of the last window. */
  readonly last: number
  /** The variance of a window's rate, as a share of the rate. */
  readonly variance: number
  /** How many windows in a row were off the reference. */
  readonly off: number
  /** How much speaks for one connection more: the logarithm of the odds. */
  readonly odds: number
  /** How often in a row it was worth it. */
  readonly climbs: number
}

/** So many intervals make the reference. */
const referenceIntervals = 8
/** So many windows off the reference are a change. */
const offWindows = 3
/** So large a difference is a change, as a share, if it is not noise. */
const change = 0.15
/** A larger jump counts as so large, or one change would pass for noise. */
const mostJump = 0.2
/** So much evidence is enough, and so much is worth a closer look. */
const enoughOdds = 7
const someOdds = 2
/** So many intervals pass before one connection more is tried. */
const restBetween = 5

const nothingOf = (size: number): Measured => ({ size, served: 0, took: 0, times: 0 })

/** A size is held from now on. */
export const hold = (found: Measured): Held => ({
  reference: found,
  recent: nothingOf(found.size),
  last: rateOf(found),
  variance: 1 / Math.max(1, found.served),
  off: 0,
  odds: 0,
  climbs: 0,
})

const isOff = ({ reference, variance }: Held, rate: number): boolean =>
  Math.abs(rate / rateOf(reference) - 1) > Math.max(change, 4 * Math.sqrt(variance))

/** One more window of the size that is held. The variance is of differences from one window to the next: a drift is no noise. */
export function afterWindow(held: Held, window: Measured, { interval }: SizePolicy): Held {
  const { reference, last, variance } = held
  const rate = rateOf(window)
  const off = isOff(held, rate)
  const jump = Math.min(mostJump, Math.abs(rate - last) / ((rate + last) / 2))
  return {
    ...held,
    reference: off || reference.took > referenceIntervals * interval ? reference : sum(reference, window),
    recent: sum(held.recent, window),
    last: rate,
    variance: 0.9 * variance + 0.1 * (jump ** 2 / 2),
    off: off ? held.off + 1 : 0,
  }
}

/**
 * One window with one connection more than is held. If throughput is proportional to the size, it is higher by 1 / size; if the size is the
 * knee, it is the same. The evidence for the first against the second adds up, and never falls below none: a CUSUM test (E. S. Page, "Continuous
 * Inspection Schemes", Biometrika 41, 1954).
 */
export function afterTrial(held: Held, window: Measured): Held {
  const { size } = held.reference
  const gain = size * (rateOf(window) / rateOf(held.recent) - 1)
  const variance = size ** 2 * held.variance * (1 + window.took / held.recent.took)
  const odds = Math.max(0, held.odds + (gain - 0.5) / variance)
  return {
    ...held,
    recent: nothingOf(size),
    off: isOff(held, rateOf(window)) ? held.off + 1 : 0,
    odds,
    climbs: odds === 0 ? 0 : held.climbs,
  }
}

/** One connection more is held from now on, and the next one is tried soon. */
export const climbed = ({ variance, climbs }: Held, window: Measured): Held => ({
  ...hold(window),
  variance,
  odds: someOdds,
  climbs: climbs + 1,
})

/** Whether the size that is held does what it did. */
export const hasChanged = ({ off }: Held): boolean => off >= offWindows

export const isWorth = ({ odds }: Held): boolean => odds > enoughOdds

/** Whether one connection more was worth it once before, just now: steps of one would take long. */
export const rises = (held: Held): boolean => isWorth(held) && held.climbs > 0

/** Whether it is time to try one connection more: rarely, and often while something speaks for it. */
export const mayTry = (
  { recent, odds, reference }: Held,
  { max }: SizeRange,
  { interval }: SizePolicy,
): boolean => reference.size < max && recent.took >= (odds >= someOdds ? 1 : restBetween) * interval
