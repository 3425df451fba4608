// The states that an exploration has seen, how it came to them, and where they lead when all goes well.

import { createHash } from 'node:crypto'

/** Good things lead nowhere from here that has to be looked at: it was seen that all ends well. */
const endsWell = -2
const unknown = -1

/** Numbers for states, in the order in which they were seen. */
export class StateGraph {
  /** By a hash of their text: millions of texts would not fit. */
  readonly #numbers = new Map<string, number>()
  readonly #parents: number[] = []
  readonly #choices: number[] = []
  readonly #depths: number[] = []
  /** By choice 0, which is the one for when all goes well. */
  readonly #next: number[] = []
  #deepest = 0

  /** How many states were seen. */
  get size(): number {
    return this.#numbers.size
  }

  /** The longest path to one of them. */
  get deepest(): number {
    return this.#deepest
  }

  depthOf(state: number): number {
    return this.#depths[state] as number
  }

  /** Notes that a state was come to, by a choice in another one; by none at the beginning. */
  reach(
    text: string,
    step: readonly [state: number, choice: number] | undefined,
  ): { state: number; isNew: boolean } {
    const key = createHash('sha1').update(text).digest('base64')
    const known = this.#numbers.get(key)
    const state = known ?? this.size
    if (step?.[1] === 0 && this.#next[step[0]] === unknown) this.#next[step[0]] = state
    if (known !== undefined) return { state, isNew: false }
    this.#numbers.set(key, state)
    this.#parents.push(step?.[0] ?? unknown)
    this.#choices.push(step?.[1] ?? unknown)
    this.#next.push(unknown)
    const depth = step === undefined ? 0 : this.depthOf(step[0]) + 1
    this.#depths.push(depth)
    this.#deepest = Math.max(this.#deepest, depth)
    return { state, isNew: true }
  }

  /** The choices that lead to a state. */
  pathTo(state: number): number[] {
    const path: number[] = []
    for (let at = state; (this.#parents[at] as number) !== unknown; at = this.#parents[at] as number)
      path.push(this.#choices[at] as number)
    return path.reverse()
  }

  /** It was seen that all ends well from this state on. */
  noteGood(state: number): void {
    this.#next[state] = endsWell
  }

  /** A state from which good things do not lead to one where all has ended well; undefined when there is none. */
  neverGood(): number | undefined {
    const next = Int32Array.from(this.#next)
    for (let start = 0; start < next.length; start++) {
      const visited = new Set<number>()
      let at = start
      while (at >= 0 && !visited.has(at)) {
        visited.add(at)
        at = next[at] as number
      }
      if (at !== endsWell) return start
      for (const state of visited) next[state] = endsWell
    }
    return undefined
  }
}
