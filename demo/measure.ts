// How the demo measures.

/** The middle one; of an even number, the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** How long a piece of work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/**
 * Does `total` pieces of work with `workers` workers: each takes the next piece as soon as it has done the one before. No worker
 * takes another piece once one has failed.
 */
export async function share(
  total: number,
  workers: number,
  work: (piece: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const loop = async (): Promise<void> => {
    try {
      while (next < total) await work(next++)
    } catch (error) {
      next = total
      throw error
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, total) }, loop))
}
