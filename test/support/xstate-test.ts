// The one place that knows @xstate/test: bounded paths from a model, and their execution, with nothing left out in silence.
import { createTestModel } from '@xstate/test'
import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'

/** How paths are taken from a model. */
export interface PathOptions {
  /**
   * `shortest`: the shortest path that takes each transition of the model, self-transitions included.
   * `simple`: every path that visits no state twice.
   */
  readonly kind: 'shortest' | 'simple'
  /** The types of the events to send; default: all that the model knows. One that a state does not answer is not sent in it. */
  readonly events?: readonly string[]
  /** Refuses a model that is larger than it is meant to be: steps of the traversal, at most. */
  readonly traversalLimit: number
  /** States that paths may lead into; default all. */
  readonly filter?: (state: AnyMachineSnapshot) => boolean
  /** States that paths end in; default those from which nothing leads on. */
  readonly stopCondition?: (state: AnyMachineSnapshot) => boolean
}

/** What is done for each event and checked in each state. */
export interface Execution {
  /** By event type. Each event of a path must have one. */
  readonly events: Readonly<Record<string, () => Promise<void> | void>>
  /** Run in each state, the first one included. */
  readonly check: (state: AnyMachineSnapshot) => Promise<void> | void
  /** The leaf states, with dots, that `check` knows; a path through another one fails. */
  readonly states: readonly string[]
}

/** One way through a model. */
export interface ModelPath {
  readonly events: readonly string[]
  /** The leaf states, one more than there are events. */
  readonly states: readonly string[]
  execute(execution: Execution): Promise<void>
}

/**
 * Takes the paths from a model: its events have no payload, its actions are assignments (it knows no others).
 *
 * `@xstate/test` walks without bounds unless told, skips events without an executor and states without a check, and takes
 * keys and option names that it does not know; here each of these is an error.
 */
export function pathsOf(machine: AnyStateMachine, options: PathOptions): ModelPath[] {
  const types = options.events ?? machine.events
  const unknown = types.filter(type => !machine.events.includes(type))
  if (unknown.length > 0) throw new Error(`The model has no event '${unknown.join("', '")}'.`)
  const events = types.map(type => ({ type }))
  const model = createTestModel(machine, {
    stateMatcher: (state: AnyMachineSnapshot, key: string) => leafName(state.value) === key,
  })
  const traversal = {
    events: (state: AnyMachineSnapshot) =>
      state.status === 'active' ? events.filter(event => state.can(event)) : [],
    traversalLimit: options.traversalLimit,
    filter: options.filter ?? (() => true),
    ...(options.stopCondition && { stopCondition: options.stopCondition }),
    serializeState: (state: AnyMachineSnapshot, event?: EventObject, previous?: AnyMachineSnapshot) =>
      options.kind === 'simple' || previous === undefined
        ? keyOf(state)
        : `${keyOf(state)} via ${event?.type} from ${keyOf(previous)}`,
  }
  const paths =
    options.kind === 'shortest' ? model.getShortestPaths(traversal) : model.getSimplePaths(traversal)
  return paths.map(path => ({
    events: path.steps.slice(1).map(step => step.event.type),
    states: path.steps.map(step => leafName(step.state.value)),
    execute: async ({ events: executors, check, states }) => {
      for (const state of states) {
        if (!leavesOf(machine).includes(state)) throw new Error(`The model has no state '${state}'.`)
      }
      for (const type of Object.keys(executors)) {
        if (!machine.events.includes(type)) throw new Error(`The model has no event '${type}'.`)
      }
      const known: Execution['events'] = { 'xstate.init': () => {}, ...executors }
      for (const { state, event } of path.steps) {
        if (known[event.type] === undefined) throw new Error(`No executor for the event '${event.type}'.`)
        if (!states.includes(leafName(state.value)))
          throw new Error(`No check for the state '${leafName(state.value)}'.`)
      }
      await model.testPath(path, {
        events: known,
        states: Object.fromEntries(states.map(state => [state, check])),
      })
    },
  }))
}

/** `busy.lent` for `{ busy: 'lent' }`. */
export function leafName(value: unknown): string {
  if (typeof value === 'string') return value
  const [[key, inner] = ['', '']] = Object.entries(value as object)
  return `${key}.${leafName(inner)}`
}

/** The leaf states, with dots, of a machine without parallel states. */
export function leavesOf(machine: AnyStateMachine): string[] {
  const leaves: string[] = []
  const walk = (node: AnyStateMachine['root']): void => {
    const children = Object.values(node.states)
    const passedThrough = node.always?.some(({ guard }) => guard === undefined) === true
    if (children.length === 0 && !passedThrough) leaves.push(node.path.join('.'))
    for (const child of children) walk(child)
  }
  walk(machine.root)
  return leaves
}

function keyOf(state: AnyMachineSnapshot): string {
  return `${leafName(state.value)} ${JSON.stringify(state.context)}`
}
