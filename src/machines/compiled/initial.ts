// The first snapshot of an actor.

import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, AnyStateNode, EventObject } from 'xstate'
import { type Configuration, type ConfigurationTable, configurationOf } from './configuration.js'
import { type Deferred, type DeferredAction, deferredOf } from './deferred.js'
import { isInspected } from './inspection.js'
import type { ActionArgs, Scope } from './internals.js'
import { snapshotAt } from './replay.js'

const spawns = new Error('computing the context spawns actors')

/** Made after XState has made a first snapshot. */
interface Plan {
  /** A snapshot without context and children. */
  readonly sample: AnyMachineSnapshot
  readonly configuration: Configuration
  readonly effects: readonly Deferred[]
}

/** How actors of one machine begin. */
export class Beginning {
  readonly #machine: AnyStateMachine
  readonly #table: ConfigurationTable
  #plan: Plan | undefined
  #isTried = false

  constructor(machine: AnyStateMachine, table: ConfigurationTable) {
    this.#machine = machine
    this.#table = table
  }

  /**
   * What `machine.getInitialSnapshot` answers. A computed context comes without the `assign` that XState makes for it: its development
   * build prints a warning about that where the actor is created within another actor's action. A context that spawns, or that
   * cannot be computed, is left to XState, which computes it once more.
   */
  snapshot(scope: AnyActorScope, input: unknown): AnyMachineSnapshot {
    const context = this.#contextOf(scope, input)
    if (context === undefined) return this.#table.intern(this.#machine.getInitialSnapshot(scope, input))
    if (this.#plan !== undefined && !isInspected((scope as unknown as Scope).system)) {
      const planned = this.#planned(this.#plan, context, scope, input)
      if (planned !== undefined) return planned
    }
    const settled = Object.create(this.#machine, { config: { value: { ...this.#machine.config, context } } })
    const made = Object.getPrototypeOf(this.#machine).getInitialSnapshot.call(settled, scope, input)
    const snapshot = this.#table.intern(Object.assign(made, { machine: this.#machine }))
    if (!this.#isTried) this.#planAfter(snapshot)
    return snapshot
  }

  /** The context that is computed from the input; `undefined` if that is left to XState. */
  #contextOf(scope: AnyActorScope, input: unknown): object | undefined {
    const { context } = this.#machine.config
    if (typeof context !== 'function') return undefined
    try {
      const spawn = () => {
        throw spawns
      }
      return { ...context({ spawn, input, self: scope.self }) }
    } catch {
      return undefined
    }
  }

  /** Plans how to do without XState, if all that happens at first is that entry actions are called when the actor starts. */
  #planAfter(sample: AnyMachineSnapshot): void {
    if (sample.status !== 'active') return
    this.#isTried = true
    const configuration = configurationOf(sample)
    if (configuration === undefined || configuration.hasAlways) return
    if (!isInitial(configuration) || Object.keys(sample.children).length > 0) return
    const effects: Deferred[] = []
    for (const node of configuration.nodes) {
      const actions = [...node.entry, ...(node.type === 'compound' ? node.initial.actions : [])]
      for (const action of actions) {
        const effect = deferredOf(this.#machine, action)
        if (effect === undefined) return
        effects.push(effect)
      }
    }
    this.#plan = { sample: snapshotAt(configuration, sample, {}, {}), configuration, effects }
  }

  #planned(
    { sample, configuration, effects }: Plan,
    context: object,
    scope: AnyActorScope,
    input: unknown,
  ): AnyMachineSnapshot | undefined {
    const event = { type: 'xstate.init', input } as EventObject
    const snapshot = snapshotAt(configuration, sample, context, {})
    const inner = scope as unknown as Scope
    const args: ActionArgs = { context, event, self: inner.self, system: inner.system }
    const actions: DeferredAction[] = []
    try {
      for (const effect of effects) actions.push(effect(inner, snapshot, args))
    } catch {
      return undefined // params or a delay that cannot be computed: XState says so
    }
    for (const action of actions) scope.actionExecutor(action as never)
    return snapshot
  }
}

/**
 * Whether the states are those that the machine begins in, and entering them neither invokes anything nor raises an event. A final state
 * raises `xstate.done.state.*`, and what follows may depend on the context, even where the first actor stayed as it was.
 */
function isInitial({ nodes }: Configuration): boolean {
  const follows = (node: AnyStateNode, depth: number) =>
    depth === 0 || nodes[depth - 1]?.initial.target[0] === node
  return nodes.every(
    (node, depth) => follows(node, depth) && node.invoke.length === 0 && node.type !== 'final',
  )
}
