// Makes a failing story shorter: delta debugging, after Zeller's ddmin.

/**
 * Leaves out as much of a list as it can while `fails` still says yes: halves first, then ever smaller pieces, down to one.
 * @param budget how often `fails` may be asked at most
 */
export async function shrinkList<T>(
  list: readonly T[],
  fails: (shorter: readonly T[]) => Promise<boolean>,
  budget: number,
): Promise<readonly T[]> {
  let current = list
  let asked = 0
  let pieces = 2
  while (current.length > 0 && asked < budget) {
    const length = Math.ceil(current.length / pieces)
    let found = false
    for (let start = 0; start < current.length && asked < budget; start += length) {
      const shorter = [...current.slice(0, start), ...current.slice(start + length)]
      asked++
      if (!(await fails(shorter))) continue
      current = shorter
      found = true
      start -= length // what stood behind it is here now
    }
    if (length === 1 && !found) break
    pieces = found ? Math.max(2, pieces - 1) : Math.min(current.length, pieces * 2)
  }
  return current
}
