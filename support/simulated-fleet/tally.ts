// What the processes of a simulated fleet have, all together, kept up to date process by process: to ask all of them after every event takes a time that
// grows with the square of their number.

/** A process, as far as it is counted. */
export interface Counted {
  /** What the database counts of it. */
  readonly open: number
  /** Whether it keeps to the floor, as the ledger does not answer. */
  readonly isAway: boolean
}

interface Part {
  readonly open: number
  readonly loose: number
}

export class Tally<Process extends Counted> {
  readonly #ttl: number
  readonly #floor: number
  readonly #parts = new Map<Process, Part>()
  readonly #touched = new Set<Process>()
  /** Those that the ledger counts, and until when; the one that it heard from the longest ago is first. */
  readonly #known = new Map<Process, number>()
  #open = 0
  #loose = 0

  constructor(ttl: number, floor: number) {
    this.#ttl = ttl
    this.#floor = floor
  }

  /** What the databases count, all together. */
  get open(): number {
    return this.#open
  }

  /** What those may have of whom the ledger knows nothing, and the floor of those that do not hear from it. */
  get loose(): number {
    return this.#loose
  }

  /** Something has happened in a process: it counts anew. */
  touch(process: Process): void {
    this.#touched.add(process)
  }

  /** The ledger has heard of a process. */
  hear(process: Process, now: number): void {
    this.#known.delete(process)
    this.#known.set(process, now + this.#ttl)
    this.#touched.add(process)
  }

  /** Whether the ledger counts the process. */
  isKnown(process: Process, now: number): boolean {
    return (this.#known.get(process) ?? Number.NEGATIVE_INFINITY) > now
  }

  /** The ledger is lost. */
  forget(): void {
    for (const process of this.#known.keys()) this.#touched.add(process)
    this.#known.clear()
  }

  /** The process is gone. */
  remove(process: Process): void {
    this.#count(process, undefined)
    this.#parts.delete(process)
    this.#known.delete(process)
    this.#touched.delete(process)
  }

  /** Counts those that something has happened in. */
  update(now: number): void {
    for (const [process, until] of this.#known) {
      if (until > now) break
      this.#known.delete(process)
      this.#touched.add(process)
    }
    for (const process of this.#touched) this.#count(process, this.#partOf(process))
    this.#touched.clear()
  }

  /** Whether all that were counted are as they were counted. */
  get isRight(): boolean {
    for (const [process, { open, loose }] of this.#parts) {
      const part = this.#partOf(process)
      if (part.open !== open || part.loose !== loose) return false
    }
    return true
  }

  #partOf(process: Process): Part {
    const { open } = process
    if (!this.#known.has(process)) return { open, loose: open }
    return { open, loose: process.isAway ? this.#floor : 0 }
  }

  #count(process: Process, part: Part | undefined): void {
    const before = this.#parts.get(process)
    this.#open += (part?.open ?? 0) - (before?.open ?? 0)
    this.#loose += (part?.loose ?? 0) - (before?.loose ?? 0)
    if (part !== undefined) this.#parts.set(process, part)
  }
}
