// Every order of events within bounds: the real pool is led down each path of choices, and states that were seen before are not gone into again.

import { createPool } from '../index.js'
import { ExploredWorld } from './explored-world.js'
import { checkExploreOptions, type ExploreOptions } from './options.js'
import { StateGraph } from './state-graph.js'
import { InvariantViolation } from './violation.js'

/** The result of an exploration. */
export interface ExploreReport {
  /** The number of distinct states of the composed system: pool, connections, queue, driver, callers and timers. */
  readonly states: number
  /** The number of choices taken from them. */
  readonly transitions: number
  /** The length of the longest path. */
  readonly deepest: number
  /** The number of states that take 0, 1, 2 … faults to reach. Fewer entries than allowed = no state takes more. */
  readonly byFaults: readonly number[]
  /** Whether the exploration reached all states within the bounds; false if `states` or `depth` cut it short. */
  readonly complete: boolean
}

/** A choice that has not been carried out. */
type Step = readonly [state: number, choice: number]

/**
 * Explores everything that can happen to a small pool, in every order: callers acquire, give up, release, or run statements that share connections; the driver answers, fails or
 * loses the connection, or says nothing until the deadline passes. It checks the invariants after each step. From each state the faults
 * may stop, and then every caller must be served and the pool must close. Bounded: it proves nothing about larger pools or longer stories.
 *
 * It visits states by the number of faults that it takes to reach them, so each state once, with as many faults left as possible.
 *
 * @throws InvariantViolation with the path in its message; OptionsError for an invalid bound.
 */
export async function explore(options: ExploreOptions = {}): Promise<ExploreReport> {
  checkExploreOptions(options)
  return new Exploration(options).run()
}

class Exploration {
  readonly #bounds: Required<Omit<ExploreOptions, 'onProgress'>>
  readonly #onProgress: ExploreOptions['onProgress']
  readonly #graph = new StateGraph()
  /** What can be done without another fault, and what takes one more. */
  #steps: Step[] = []
  #faults: Step[] = []
  #transitions = 0
  #isCut = false

  constructor({
    max = 2,
    callers = 3,
    inLane = 0,
    tenants = 0,
    statements = 0,
    callbacks = 0,
    faults = 2,
    depth = 100,
    states = 1_000_000,
    onProgress,
  }: ExploreOptions) {
    this.#bounds = { max, callers, inLane, tenants, statements, callbacks, faults, depth, states }
    this.#onProgress = onProgress
  }

  async run(): Promise<ExploreReport> {
    const graph = this.#graph
    await this.#goOn(await this.#begin(), undefined)
    const byFaults: number[] = []
    for (let used = 0; ; used++) {
      const before = used === 0 ? 0 : graph.size
      for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
        if (graph.size >= this.#bounds.states) {
          this.#isCut = true
          break
        }
        await this.#goOn(await this.#returnTo(step[0]), step)
      }
      if (graph.size > before) byFaults.push(graph.size - before)
      if (this.#isCut || this.#faults.length === 0 || used >= this.#bounds.faults) break
      this.#steps = this.#faults.reverse() // the oldest first: shorter paths
      this.#faults = []
    }
    await this.#lookForStuckStates()
    const { size, deepest } = graph
    return { states: size, transitions: this.#transitions, deepest, byFaults, complete: !this.#isCut }
  }

  /** Takes a step, and then, as long as that leads to new states, goes on with what happens when all goes well. */
  async #goOn(world: ExploredWorld, first: Step | undefined): Promise<void> {
    const graph = this.#graph
    try {
      for (let step = first; ; ) {
        if (step !== undefined) {
          await world.take(step[1])
          this.#transitions++
          if (this.#transitions % 500 === 0) this.#onProgress?.(graph.size, this.#transitions)
        }
        const { state, isNew } = graph.reach(world.describe(), step)
        if (!isNew) return
        const choices = world.choices()
        const isDeep = graph.depthOf(state) >= this.#bounds.depth
        if (isDeep && choices.length > 0) this.#isCut = true
        const hasGood = choices[0] !== undefined && !choices[0].fault
        if (!isDeep) {
          for (let choice = choices.length - 1; choice >= 0; choice--) {
            if (choices[choice]?.fault) this.#faults.push([state, choice])
            else if (choice > 0 || world.isOver) this.#steps.push([state, choice])
          }
        }
        if (world.isOver || isDeep || !hasGood) {
          graph.noteGood(state)
          await world.turnGood()
          return
        }
        step = [state, 0]
      }
    } catch (error) {
      if (!(error instanceof InvariantViolation)) throw error
      throw violationAfter(error, world)
    }
  }

  async #begin(): Promise<ExploredWorld> {
    const world = new ExploredWorld(this.#bounds, createPool)
    await world.start()
    return world
  }

  /** A world of its own that has come to a state that was seen before. */
  async #returnTo(state: number): Promise<ExploredWorld> {
    const world = await this.#begin()
    for (const choice of this.#graph.pathTo(state)) await world.retake(choice)
    return world
  }

  /** If there are no faults from some state on, all following states were seen; in the last one every caller must be done. */
  async #lookForStuckStates(): Promise<void> {
    if (this.#isCut) return // then some that follow are not known
    const stuck = this.#graph.neverGood()
    if (stuck === undefined) return
    const world = await this.#returnTo(stuck)
    throw violationAfter(new InvariantViolation('remains', 'callers are stuck, though all is well'), world)
  }
}

function violationAfter(error: InvariantViolation, world: ExploredWorld): InvariantViolation {
  const steps = world.taken.map((step, index) => `  ${index + 1}. ${step}`).join('\n')
  return new InvariantViolation(error.invariant, `${error.finding}, after:\n${steps}\n`, { cause: error })
}
