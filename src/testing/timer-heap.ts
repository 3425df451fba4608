// The timers of a simulated clock, the next to fire first: a binary heap, as a whole fleet sets tens of thousands.

export interface Timer {
  readonly time: number
  readonly order: number
  readonly callback: () => void
  /** Where it is in the heap; -1 = it is not. */
  place: number
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.time < other.time || (one.time === other.time && one.order < other.order)

export class TimerHeap {
  readonly #timers: Timer[] = []

  get size(): number {
    return this.#timers.length
  }

  get first(): Timer | undefined {
    return this.#timers[0]
  }

  add(timer: Timer): void {
    this.#rise(timer, this.#timers.length)
  }

  /** Takes a timer out. */
  remove(timer: Timer): void {
    const { place } = timer
    if (this.#timers[place] !== timer) return
    timer.place = -1
    const last = this.#timers.pop() as Timer
    if (last === timer) return
    this.#sink(last, place)
    this.#rise(last, last.place)
  }

  #put(timer: Timer, place: number): void {
    this.#timers[place] = timer
    timer.place = place
  }

  #rise(timer: Timer, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#timers[above] as Timer
      if (isBefore(parent, timer)) break
      this.#put(parent, place)
      place = above
    }
    this.#put(timer, place)
  }

  #sink(timer: Timer, from: number): void {
    let place = from
    for (;;) {
      let below = 2 * place + 1
      const right = this.#timers[below + 1]
      if (right !== undefined && isBefore(right, this.#timers[below] as Timer)) below++
      const child = this.#timers[below]
      if (child === undefined || isBefore(timer, child)) break
      this.#put(child, place)
      place = below
    }
    this.#put(timer, place)
  }
}
