// Reads a statechart out of an XState machine: plain data, in the machine's own order, for drawing and for tables.

import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

/** What makes a transition happen. */
export type Trigger =
  | { readonly kind: 'event'; readonly name: string }
  | { readonly kind: 'after'; readonly name: string }
  | { readonly kind: 'always' }

/** One candidate of a state's answers to an event. */
export interface ChartTransition {
  readonly source: ChartState
  readonly trigger: Trigger
  readonly guard: string | undefined
  /** An earlier candidate for the same trigger has a guard: this one is asked only when that did not hold. */
  readonly isAlternative: boolean
  /** Empty: the state stays, and only the actions run. */
  readonly targets: readonly ChartState[]
  readonly actions: readonly string[]
  /** Why it is so, if the machine says it. */
  readonly description: string | undefined
}

/** One state, with all that it does by itself. */
export interface ChartState {
  /** Unique in the chart: the keys from below the root, with dots; the machine's id for the root. */
  readonly name: string
  readonly key: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly parent: ChartState | undefined
  readonly children: readonly ChartState[]
  /** The child that a compound state starts in. */
  readonly initial: ChartState | undefined
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  /** The actors that run while it is active. */
  readonly invokes: readonly string[]
  readonly description: string | undefined
  readonly transitions: readonly ChartTransition[]
}

type Growing = { -readonly [K in keyof ChartState]: ChartState[K] } & {
  children: ChartState[]
  transitions: ChartTransition[]
}

/** The machine's root state, from which the whole chart can be walked. */
export function readChart(machine: AnyStateMachine): ChartState {
  const states = new Map<string, Growing>()
  const root = readState(machine.root, undefined, states)
  for (const node of [machine.root, ...nodesBelow(machine.root)]) {
    const state = found(states, node.id)
    const initial = node.type === 'compound' ? node.initial.target[0] : undefined
    state.initial = initial && found(states, initial.id)
    state.transitions.push(...readTransitions(node, state, states))
  }
  return root
}

/** The state and all below it, parents before children, in the machine's order. */
export function statesOf(state: ChartState): ChartState[] {
  return [state, ...state.children.flatMap(statesOf)]
}

/** All transitions of the state and of those below it. */
export function transitionsOf(state: ChartState): ChartTransition[] {
  return statesOf(state).flatMap(each => each.transitions)
}

/** Neither a target nor an action: the machine's way of saying that the event means nothing here. */
export function isIgnored({ targets, actions }: ChartTransition): boolean {
  return targets.length === 0 && actions.length === 0
}

/** `checkout [isStale]`, `after connectTimeout`, `release [else]`. */
export function titleOf(transition: ChartTransition): string {
  return titleOfTrigger(transition.trigger, transition.source.invokes) + titleOfGuard(transition)
}

/**
 * `checkout`, `after connectTimeout`, `always`, `done of fetchUser`.
 * @param invokes the actors of the state that the trigger leaves: XState numbers those that have no id
 */
export function titleOfTrigger(trigger: Trigger, invokes: readonly string[] = []): string {
  if (trigger.kind === 'always') return 'always'
  if (trigger.kind === 'after') return `after ${trigger.name}`
  const [, outcome, of = ''] =
    /^xstate\.(done|error|snapshot)\.(?:actor|state)\.([^*]+)$/.exec(trigger.name) ?? []
  if (outcome === undefined) return trigger.name
  const number = /^(\d+)\./.exec(of)?.[1]
  if (number !== undefined) return `${outcome} of ${invokes[Number(number)] ?? `actor ${number}`}`
  return trigger.name.startsWith('xstate.done.state.') ? 'done' : `${outcome} of ${of}`
}

function titleOfGuard({ guard, isAlternative }: ChartTransition): string {
  if (guard !== undefined) return ` [${guard}]`
  return isAlternative ? ' [else]' : ''
}

function nodesBelow(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap(child => [child, ...nodesBelow(child)])
}

function readState(node: AnyStateNode, parent: Growing | undefined, states: Map<string, Growing>): Growing {
  const state: Growing = {
    name: node.path.length === 0 ? node.id : node.path.join('.'),
    key: node.key,
    kind: node.type,
    parent,
    children: [],
    initial: undefined,
    entry: node.entry.filter(isWritten).map(describeAction),
    exit: node.exit.filter(isWritten).map(describeAction),
    invokes: node.invoke.map(({ src, id }) => (typeof src === 'string' ? src : id)),
    description: node.description,
    transitions: [],
  }
  states.set(node.id, state)
  state.children.push(...Object.values(node.states).map(child => readState(child, state, states)))
  return state
}

function readTransitions(
  node: AnyStateNode,
  source: ChartState,
  states: ReadonlyMap<string, Growing>,
): ChartTransition[] {
  const candidates = (definitions: readonly AnyTransitionDefinition[], trigger: Trigger): ChartTransition[] =>
    definitions.map((definition, place) => ({
      source,
      trigger,
      guard: definition.guard === undefined ? undefined : describeGuard(definition.guard),
      isAlternative: place > 0,
      targets: (definition.target ?? []).map(target => found(states, target.id)),
      actions: definition.actions.map(describeAction),
      description: definition.description,
    }))
  const delays = new Map(
    node.after.map(({ eventType, delay }) => [eventType as string, describeDelay(delay)]),
  )
  return [
    ...candidates(node.always ?? [], { kind: 'always' }),
    ...[...node.transitions].flatMap(([descriptor, definitions]) => {
      const delay = delays.get(descriptor)
      return candidates(
        definitions,
        delay === undefined ? { kind: 'event', name: descriptor } : { kind: 'after', name: delay },
      )
    }),
  ]
}

function found(states: ReadonlyMap<string, Growing>, id: string): Growing {
  const state = states.get(id)
  if (!state) throw new Error(`The chart has no state with the id ${id}.`)
  return state
}

function describeDelay(delay: unknown): string {
  if (typeof delay === 'function') return delay.name || '(computed)'
  return typeof delay === 'number' ? `${delay} ms` : String(delay)
}

/** Not so: the timers that XState itself starts on entry and cancels on exit, for the state's `after`. */
function isWritten(action: unknown): boolean {
  const timer =
    typeof action === 'function' && ('sendId' in action ? action.sendId : 'id' in action && action.id)
  return !String(timer).startsWith('xstate.after.')
}

/** `note(reason: lost)`, `assign`: the name of an action as it is written in the machine, and its constant parameters. */
function describeAction(action: unknown): string {
  return nameOf(action).replace(/^xstate\./, '') + describeParams(action)
}

/** `isStale`, `not isStale`, `isStale and isFree`. */
function describeGuard(guard: unknown): string {
  if (typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards)) {
    const inner = guard.guards.map(describeGuard)
    return guard.name === 'not' ? `not ${inner.join()}` : inner.join(` ${guard.name} `)
  }
  return nameOf(guard) + describeParams(guard)
}

function nameOf(reference: unknown): string {
  if (typeof reference === 'string') return reference
  if (hasType(reference)) return reference.type
  const { name = '' } = typeof reference === 'function' ? reference : {}
  return name === '' || namesOfPlaces.test(name) ? '(inline)' : name
}

/** JavaScript calls a function that has no name after the property that it is written in. */
const namesOfPlaces = /^(actions|entry|exit|guard)$/

function hasType(reference: unknown): reference is { type: string } {
  return (
    ((typeof reference === 'object' && reference !== null) || typeof reference === 'function') &&
    'type' in reference &&
    typeof reference.type === 'string'
  )
}

function describeParams(reference: unknown): string {
  if (typeof reference !== 'object' || reference === null || !('params' in reference)) return ''
  const { params } = reference
  if (typeof params !== 'object' || params === null) return ''
  const shown = Object.entries(params).map(([name, value]) => `${name}: ${String(value)}`)
  return shown.length === 0 ? '' : `(${shown.join(', ')})`
}
