// A list that forgets its oldest entries.

/** Keeps the last so many entries. */
export class LastOnes<T> {
  /** How many there have been. */
  count = 0
  readonly #entries: T[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(entry: T): void {
    this.#entries[this.count++ % this.#most] = entry
  }

  /** Those that came after the first `cursor` ones, as far as they are kept, the oldest first. */
  since(cursor = 0): T[] {
    const first = Math.max(cursor, this.count - this.#most, 0)
    return Array.from(
      { length: this.count - first },
      (_, place) => this.#entries[(first + place) % this.#most] as T,
    )
  }
}
