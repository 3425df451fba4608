// Names and the small numbers that stand for them in records.
import { mostNames, otherName } from './codec.js'

/** Grows with each name that it is asked for the first time, up to {@link mostNames}. */
export class Dictionary {
  readonly all: string[] = []
  readonly #indices = new Map<string, number>()
  readonly #most: number

  /** @param most how many names it has room for, the one that stands for all others included */
  constructor(most = mostNames) {
    this.#most = most
  }

  /** The number of a name. */
  indexOf(name: string): number {
    return this.#indices.get(name) ?? this.#add(name)
  }

  #add(name: string): number {
    const last = this.#most - 1
    if (this.all.length > last) return last
    const index = this.all.length
    this.all.push(index === last ? otherName : name)
    if (index < last) this.#indices.set(name, index)
    return index
  }
}
