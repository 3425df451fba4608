// Whether what was sampled has grown. Pure: samples in, words out.

/** One look, taken while nothing was going on and after the garbage had been collected. */
export interface Sample {
  /** Seconds since the start. */
  readonly at: number
  /** Bytes of JavaScript objects that are alive. */
  readonly heap: number
  /** What must not grow: how many there are of what. */
  readonly counts: Readonly<Record<string, number>>
}

/** What the heap may gain over a run of any length: what the engine itself still learns (code, feedback); in bytes. */
export const heapBound = 1024 * 1024
/** The same while the engine neither optimizes nor learns, so that what is left is ours; in bytes. */
export const strictHeapBound = 256 * 1024
/** Counts go up and down by what happened last (a back-off, a connection more); they must not by more than so many. */
export const countBound = 5
/** Modules are loaded, code is compiled and connections are opened at first: so much of a run is not looked at. */
const warmUp = 0.2

export interface Verdict {
  /** Median of the last third minus that of the first third, in bytes. */
  readonly heapGain: number
  /** What a straight line through the samples gains over the run, in bytes. */
  readonly heapTrend: number
  /** What has grown, in words; empty when nothing. */
  readonly complaints: readonly string[]
}

/**
 * @param bound what the heap may gain, in bytes
 * @throws Error when there are fewer than six samples after the warm-up
 */
export function judge(samples: readonly Sample[], bound: number = heapBound): Verdict {
  const steady = samples.slice(Math.ceil(samples.length * warmUp))
  if (steady.length < 6) throw new Error(`Too few samples to judge by: ${steady.length}, and 6 are needed.`)
  const third = Math.floor(steady.length / 3)
  const [first, last] = [steady.slice(0, third), steady.slice(-third)]
  const heapGain = median(last.map(({ heap }) => heap)) - median(first.map(({ heap }) => heap))
  const heapTrend = slope(steady) * ((steady.at(-1)?.at ?? 0) - (steady[0]?.at ?? 0))
  const complaints: string[] = []
  if (heapGain > bound && heapTrend > bound) {
    complaints.push(
      `the heap has grown by ${kib(heapGain)} from the first third to the last, and by ${kib(heapTrend)} in trend; at most ${kib(bound)} may be`,
    )
  }
  for (const name of Object.keys(steady[0]?.counts ?? {})) {
    const most = (part: readonly Sample[]): number => Math.max(...part.map(({ counts }) => counts[name] ?? 0))
    if (most(last) > most(first) + countBound)
      complaints.push(`${name}: ${most(first)} at most in the first third, ${most(last)} in the last`)
  }
  return { heapGain, heapTrend, complaints }
}

export const kib = (bytes: number): string => `${Math.round(bytes / 1024).toLocaleString('en-US')} KiB`

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Bytes a second, by least squares. */
function slope(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanAt, meanHeap] = [mean(samples.map(({ at }) => at)), mean(samples.map(({ heap }) => heap))]
  const covariance = samples.reduce((sum, { at, heap }) => sum + (at - meanAt) * (heap - meanHeap), 0)
  return covariance / samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0)
}
