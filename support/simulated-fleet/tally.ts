// What the processes of a simulated fleet have, all together, kept up to date process by process: to ask all of them after every event takes a time that
// grows with the square of their number.

/** A process, as far as it is counted. */
export interface Counted {
  /** What the database counts of it. */
  readonly open: number
  /** Whether it keeps to the floor, as the ledger does not answer. */
  readonly isAway: boolean
  /** What the ledger last said that it may have. */
  readonly granted: number
}

interface Part {
  readonly open: number
  readonly loose: number
}

export class Tally<Process extends Counted> {
  readonly #floor: number
  readonly #parts = new Map<Process, Part>()
  readonly #touched = new Set<Process>()
  /** Those that the ledger counts, and until when; the one that it heard from the longest ago is first. */
  readonly #known = new Map<Process, number>()
  /** Those that a lost ledger counted, and for whom the new one has to leave room: what they were granted, until they report to it, or would have counted as gone. */
  readonly #unheard = new Map<Process, number>()
  /** What those had that the ledger does not count any more, when it ceased to: they may keep it, and open no more. */
  readonly #kept = new Map<Process, number>()
  #open = 0
  #loose = 0
  #owed = 0

  constructor(floor: number) {
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

  /** What the ledger does not know of, as it was lost. */
  get owed(): number {
    return this.#owed
  }

  /** Something has happened in a process: it counts anew. */
  touch(process: Process): void {
    this.#touched.add(process)
  }

  /** The ledger has heard of a process. */
  hear(process: Process, now: number, ttl: number): void {
    this.#known.delete(process)
    this.#known.set(process, now + ttl)
    this.#kept.delete(process)
    this.#settle(process)
    this.#touched.add(process)
  }

  /** Whether the ledger counts the process. */
  isKnown(process: Process, now: number): boolean {
    return (this.#known.get(process) ?? Number.NEGATIVE_INFINITY) > now
  }

  /** The ledger is lost: it is to know all again before it grants more than the floor. */
  forget(): void {
    for (const process of this.#known.keys()) {
      this.#settle(process)
      this.#unheard.set(process, process.granted)
      this.#owed += process.granted
    }
  }

  /** The process is gone. */
  remove(process: Process): void {
    this.#count(process, undefined)
    this.#parts.delete(process)
    this.#known.delete(process)
    this.#kept.delete(process)
    this.#settle(process)
    this.#touched.delete(process)
  }

  /** Those that have not reported for too long count as gone. */
  expire(now: number): void {
    for (const [process, until] of this.#known) {
      if (until > now) break
      this.#known.delete(process)
      this.#kept.set(process, process.open)
      this.#settle(process)
      this.#touched.add(process)
    }
  }

  /** Counts those that something has happened in. */
  update(now: number): void {
    this.expire(now)
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
    const kept = Math.max(this.#floor, this.#kept.get(process) ?? 0)
    if (!this.#known.has(process)) return { open, loose: Math.min(open, kept) }
    return { open, loose: process.isAway ? this.#floor : 0 }
  }

  /** It has reported, or would not count any more. */
  #settle(process: Process): void {
    this.#owed -= this.#unheard.get(process) ?? 0
    this.#unheard.delete(process)
  }

  #count(process: Process, part: Part | undefined): void {
    const before = this.#parts.get(process)
    this.#open += (part?.open ?? 0) - (before?.open ?? 0)
    this.#loose += (part?.loose ?? 0) - (before?.loose ?? 0)
    if (part !== undefined) this.#parts.set(process, part)
  }
}
