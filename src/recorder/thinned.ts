// Keeps a flood of like notices from washing all others out of a log.
import type { Notice } from './format.js'

/** Of notices of one kind about callers, so many milliseconds must lie between two. */
const gap = 1_000

interface Flood {
  readonly at: number
  unsaid: number
}

/**
 * Callers can be refused ten thousand times a second. Of `acquire.*` notices of one type and error, the first of a second is passed
 * on, and the next one says how many there were since (`count`, itself included). All others pass.
 */
export class Thinned {
  readonly #next: (notice: Notice) => void
  readonly #floods = new Map<string, Flood>()

  constructor(next: (notice: Notice) => void) {
    this.#next = next
  }

  add(notice: Notice): void {
    if (!notice.type.startsWith('acquire.')) {
      this.#next(notice)
      return
    }
    const kind = `${notice.type} ${notice.error?.code}`
    const flood = this.#floods.get(kind)
    if (flood !== undefined && notice.at - flood.at < gap) {
      flood.unsaid++
      return
    }
    const unsaid = flood?.unsaid ?? 0
    this.#floods.set(kind, { at: notice.at, unsaid: 0 })
    this.#next(unsaid === 0 ? notice : { ...notice, count: unsaid + 1 })
  }
}
