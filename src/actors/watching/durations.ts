// Durations as a histogram of bounded size: percentiles since the start and over the last minute, at a few nanoseconds for each duration.

/** Durations in figures, in milliseconds: all are 0 when there were none. Percentiles are within 6 % of the truth; the others are exact. */
export interface Durations {
  /** How many there were. */
  readonly count: number
  readonly mean: number
  /** Half of them were at most this long. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** The longest. */
  readonly max: number
}

/** Durations since the pool was created, and over the last minute (the last 50 to 60 seconds). */
export interface DurationStats {
  readonly sinceStart: Durations
  readonly lastMinute: Durations
}

/** Of each power of two so many parts are told apart: a part is an eighth wide, and its middle 6 % from its ends. */
const parts = 8
const partBits = 3
const buckets = (32 - partBits + 1) * parts

/** One of the slots that a minute is made of, in milliseconds. */
const slotTime = 10_000
const slots = 6

/** Durations that were recorded within some time. */
class Slot {
  readonly counts: Uint32Array | Float64Array
  count = 0
  sum = 0
  max = 0

  /** @param counts all 0 */
  constructor(counts: Uint32Array | Float64Array) {
    this.counts = counts
  }

  clear(): void {
    if (this.count === 0) return
    this.counts.fill(0)
    this.count = this.sum = this.max = 0
  }

  add(other: Slot): void {
    if (other.count === 0) return
    for (let bucket = 0; bucket < buckets; bucket++) {
      this.counts[bucket] = (this.counts[bucket] as number) + (other.counts[bucket] as number)
    }
    this.count += other.count
    this.sum += other.sum
    this.max = Math.max(this.max, other.max)
  }

  figures(): Durations {
    const { count, sum, max } = this
    if (count === 0) return none
    const [p50, p95, p99] = [0.5, 0.95, 0.99].map(share => Math.min(max, this.#percentile(share))) as [
      number,
      number,
      number,
    ]
    return Object.freeze({ count, mean: sum / count, p50, p95, p99, max })
  }

  #percentile(share: number): number {
    let left = Math.ceil(share * this.count)
    for (let bucket = 0; bucket < buckets; bucket++) {
      left -= this.counts[bucket] as number
      if (left <= 0) return middleOf(bucket)
    }
    return this.max
  }
}

const none: Durations = Object.freeze({ count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 })

/**
 * Counts durations in buckets of microseconds, whose widths double as HdrHistogram's do: 8 kB, however many there are. Durations of
 * more than 71 minutes count as 71 minutes, except in `mean` and `max`.
 */
export class DurationHistogram {
  readonly #before = new Slot(new Float64Array(buckets))
  readonly #ring = Array.from({ length: slots }, () => new Slot(new Uint32Array(buckets)))
  #current = this.#ring[0] as Slot
  #turn = Number.NEGATIVE_INFINITY
  /** What was answered last, until something changes. */
  #answer: DurationStats | undefined

  /**
   * @param duration in milliseconds
   * @param at when it ended, in milliseconds, on a clock that never steps back
   */
  record(duration: number, at: number): void {
    const turn = Math.floor(at / slotTime)
    if (turn !== this.#turn) this.#advance(turn)
    this.#answer = undefined
    const slot = this.#current
    const bucket = bucketOf(duration)
    slot.counts[bucket] = (slot.counts[bucket] as number) + 1
    slot.count++
    slot.sum += duration
    if (duration > slot.max) slot.max = duration
  }

  stats(now: number): DurationStats {
    const turn = Math.floor(now / slotTime)
    if (turn !== this.#turn) this.#advance(turn)
    if (this.#answer !== undefined) return this.#answer
    const minute = new Slot(new Float64Array(buckets))
    for (const slot of this.#ring) minute.add(slot)
    const all = new Slot(new Float64Array(buckets))
    all.add(this.#before)
    all.add(minute)
    this.#answer = Object.freeze({ sinceStart: all.figures(), lastMinute: minute.figures() })
    return this.#answer
  }

  /** Moves what is older than a minute out of the ring. */
  #advance(turn: number): void {
    const passed = Math.min(slots, turn - this.#turn)
    this.#answer = undefined
    for (let step = 0; step < passed; step++) {
      const slot = this.#ring[(((turn - step) % slots) + slots) % slots] as Slot
      this.#before.add(slot)
      slot.clear()
    }
    this.#turn = Math.max(turn, this.#turn)
    this.#current = this.#ring[((this.#turn % slots) + slots) % slots] as Slot
  }
}

/** The first {@link parts} buckets are of one microsecond each; after that, each power of two has as many. */
function bucketOf(duration: number): number {
  const micros = Math.min(duration * 1_000, 0xffff_ffff) >>> 0
  if (micros < parts) return micros
  const exponent = 31 - Math.clz32(micros)
  return (exponent - partBits + 1) * parts + ((micros >>> (exponent - partBits)) & (parts - 1))
}

/** The middle of a bucket, in milliseconds. */
function middleOf(bucket: number): number {
  if (bucket < parts) return bucket / 1_000
  const exponent = Math.floor(bucket / parts) + partBits - 1
  const width = 2 ** (exponent - partBits)
  return (2 ** exponent + (bucket % parts) * width + width / 2) / 1_000
}
