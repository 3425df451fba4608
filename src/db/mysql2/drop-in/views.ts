// The lists of mysql2's pool that metrics read: seen through to the underlying pool, and never changed by their readers.

/** Reads like the queue class of mysql2 (and of the versions before it, denque). */
export class ListView<T> {
  readonly #read: () => readonly T[]

  constructor(read: () => readonly T[]) {
    this.#read = read
  }

  get length(): number {
    return this.#read().length
  }

  size(): number {
    return this.length
  }

  isEmpty(): boolean {
    return this.length === 0
  }

  /** Counted from the end if negative, as in denque. */
  get(index: number): T | undefined {
    return this.#read().at(index)
  }

  peekAt(index: number): T | undefined {
    return this.get(index)
  }

  toArray(): T[] {
    return [...this.#read()]
  }

  [Symbol.iterator](): Iterator<T> {
    return this.toArray()[Symbol.iterator]()
  }
}
