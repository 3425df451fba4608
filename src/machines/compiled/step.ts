// What one transition does in one configuration: the exit, transition and entry actions that XState would run, in its order.
// After `computeExitSet` and `computeEntrySet` in XState's source, for configurations that are a single chain of states.

import type { AnyStateNode, AnyTransitionDefinition } from 'xstate'
import type { Configuration } from './configuration.js'
import { completion, conclusion, type Effect, effectOf } from './effect.js'
import type { Exec } from './internals.js'
import { isBelow } from './internals.js'

/** A transition's microstep, planned. */
export interface Step {
  /** The configuration that it leads to; `undefined` if it stays in the same. */
  readonly target: Configuration | undefined
  /** What to do, if that is nothing but calling custom functions with constant params. */
  readonly calls: readonly { readonly exec: Exec; readonly params: unknown }[] | undefined
  /** What to do, otherwise. */
  readonly effects: readonly Effect[]
  /** The types of the events that it may raise. */
  readonly raises: readonly string[]
  /** Whether nothing can follow it in the same macrostep: it raises no event, and its target has no `always`. */
  readonly last: boolean
  /** Whether the machine is done with it. */
  readonly ends: boolean
}

/** Plans `transition`; `undefined` if XState itself has to take it. */
export function planStep(
  configuration: Configuration,
  transition: AnyTransitionDefinition,
): Step | undefined {
  const targets = transition.target ?? []
  if (targets.length > 1) return undefined
  const [target] = targets
  if (target === undefined) return stepOf(configuration, configuration, transition.actions)
  const domain = domainOf(transition, target)
  const exits = configuration.nodes.filter(node => isBelow(node, domain)).reverse()
  const entries = entriesOf(transition, target, domain)
  if (entries === undefined || exits.some(remembers) || exits.some(invokes)) return undefined
  const stay = configuration.nodes.filter(node => !exits.includes(node))
  const leaf = [...stay, ...entries.keys()].reduce((deepest, node) =>
    node.order > deepest.order ? node : deepest,
  )
  const next = configuration.table.of(leaf)
  if (next === undefined) return undefined
  const actions: unknown[] = [...exits.flatMap(node => node.exit), ...transition.actions]
  for (const [node, initially] of entries) {
    actions.push(...node.entry)
    if (initially) actions.push(...node.initial.actions)
  }
  return stepOf(configuration, next, actions, entries.has(leaf) ? leaf : undefined)
}

function stepOf(
  from: Configuration,
  to: Configuration,
  actions: readonly unknown[],
  entered?: AnyStateNode,
): Step | undefined {
  const effects: Effect[] = []
  for (const action of actions) {
    const effect = effectOf(from.table.machine, action)
    if (effect === undefined) return undefined
    effects.push(effect)
  }
  const parent = entered?.type === 'final' ? entered.parent : undefined
  const ends = parent !== undefined && parent.parent === undefined
  if (ends) {
    if (entered?.output !== undefined) return undefined
    if (parent.output !== undefined)
      effects.push(conclusion(`xstate.done.state.${entered?.id}`, parent.output))
    for (const action of to.nodes.toReversed().flatMap(node => node.exit)) {
      const effect = effectOf(from.table.machine, action)
      if (effect === undefined) return undefined
      effects.push(effect)
    }
  } else if (parent !== undefined) effects.push(completion(`xstate.done.state.${parent.id}`, entered?.output))
  const raises = effects.flatMap(effect => effect.raises ?? [])
  const calls = effects.flatMap(effect => effect.call ?? [])
  return {
    target: to === from ? undefined : to,
    calls: calls.length === effects.length && !ends ? calls : undefined,
    effects,
    raises,
    last: raises.length === 0 && (ends || !to.hasAlways),
    ends,
  }
}

/** The state below which everything is exited; `undefined` stands for the machine's outside: its root is exited, too. */
function domainOf(transition: AnyTransitionDefinition, target: AnyStateNode): AnyStateNode | undefined {
  const { source, reenter } = transition
  if (!reenter && (target === source || isBelow(target, source))) return source
  for (let ancestor = target.parent; ancestor !== undefined; ancestor = ancestor.parent)
    if (isBelow(source, ancestor)) return ancestor
  return reenter ? undefined : source.machine.root
}

/** The states entered, outermost first, and whether the actions of their `initial` run; `undefined` if there is no plan for one. */
function entriesOf(
  transition: AnyTransitionDefinition,
  target: AnyStateNode,
  domain: AnyStateNode | undefined,
): ReadonlyMap<AnyStateNode, boolean> | undefined {
  const { source, reenter } = transition
  const entries = new Map<AnyStateNode, boolean>()
  if (target !== source || target !== domain || reenter) entries.set(target, true)
  for (let node = target; node.type === 'compound'; ) {
    const initial: AnyStateNode | undefined = node.initial.target[0]
    if (initial === undefined) return undefined
    entries.set(initial, true)
    node = initial
  }
  if (target !== domain) {
    for (let node = target.parent; node !== undefined && node !== domain; node = node.parent)
      if (!entries.has(node)) entries.set(node, false)
  }
  const ordered = [...entries].sort(([a], [b]) => a.order - b.order)
  const planned = ordered.every(
    ([node]) => node.type !== 'parallel' && node.type !== 'history' && !invokes(node),
  )
  return planned ? new Map(ordered) : undefined
}

const invokes = (node: AnyStateNode): boolean => node.invoke.length > 0

/** Whether leaving the state writes down a history. */
const remembers = (node: AnyStateNode): boolean =>
  Object.values(node.states as Record<string, AnyStateNode>).some(child => child.type === 'history')
