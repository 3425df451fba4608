// The last few of something.

/** Keeps the last `capacity` items, the oldest first. */
export class Ring<T> {
  readonly #items: T[] = []
  readonly #capacity: number
  #start = 0
  /** How many were ever added. */
  total = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get length(): number {
    return this.#items.length
  }

  push(item: T): void {
    this.total++
    if (this.#items.length < this.#capacity) this.#items.push(item)
    else {
      this.#items[this.#start] = item
      this.#start = (this.#start + 1) % this.#capacity
    }
  }

  /** The item at a place: 0 = the oldest that is kept, -1 = the newest. */
  at(place: number): T | undefined {
    const { length } = this.#items
    const index = place < 0 ? length + place : place
    return index < 0 || index >= length ? undefined : this.#items[(this.#start + index) % length]
  }

  /** The newest for which the test holds, with no more than `most`; the newest first. */
  newest(most: number, test: (item: T) => boolean = () => true): T[] {
    const found: T[] = []
    for (let place = this.length - 1; place >= 0 && found.length < most; place--) {
      const item = this.at(place) as T
      if (test(item)) found.push(item)
    }
    return found
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let place = 0; place < this.length; place++) yield this.at(place) as T
  }
}
