// Bounded paths from a model, and their execution, with nothing left out in silence.
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventFrom,
  type EventObject,
  type SnapshotFrom,
  transition,
} from 'xstate'
import { createTestModel } from 'xstate/graph'
import { refuseUnknown } from '../../core/names.js'
import { leafName, leavesOf } from './state-names.js'

/** How {@link pathsOf} takes paths from a model. */
export interface PathOptions {
  /**
   * `shortest`: the shortest path that takes each transition of the model, self-transitions included.
   * `simple`: every path that visits no state twice.
   */
  readonly kind: 'shortest' | 'simple'
  /** The types of the events to send; default: all of the model's. A state only gets the events that it handles. */
  readonly events?: readonly string[]
  /**
   * The maximum number of steps of the search, which refuses a model that is larger than you expect. Default 10,000. With `simple`, the paths
   * together may have a hundred times as many.
   */
  readonly limit?: number
  /** States that paths may lead into; default all. */
  readonly filter?: (state: AnyMachineSnapshot) => boolean
  /** States that paths end in; default: final states and others without a way out. */
  readonly stopWhen?: (state: AnyMachineSnapshot) => boolean
}

/** What to do for each event of a path, and what to check in each of its states. */
export interface Execution {
  /** By event type. Each event of a path must have one. */
  readonly events: Readonly<Record<string, () => Promise<void> | void>>
  /** Run in each state, the first one included, with the model's snapshot: what the system should look like. */
  readonly check: (state: AnyMachineSnapshot) => Promise<void> | void
  /** The leaf states, with dots, that `check` knows; a path through another one fails. Default: all of the model's. */
  readonly states?: readonly string[]
}

/** One way through a model. */
export interface ModelPath {
  /** The model that the path was taken from. */
  readonly model: AnyStateMachine
  readonly events: readonly string[]
  /** The leaf states, one more than there are events. */
  readonly states: readonly string[]
  /** Executes each event and checks each state in turn. Rejects with the first error, whose message says how far the path came. */
  execute(execution: Execution): Promise<void>
}

/**
 * Takes the paths from a model whose events have no payload and whose actions are assignments, with `xstate/graph`.
 *
 * `xstate/graph` and `@xstate/test` walk without bounds unless told, send each event in each state, skip events without an
 * executor and states without a check, and take names that the model does not have; here each of these is an error.
 *
 * @throws Error if the kind, an option or an event is unknown, or the search takes more than `limit` steps.
 */
export function pathsOf(model: AnyStateMachine, options: PathOptions): ModelPath[] {
  if (options?.kind !== 'shortest' && options?.kind !== 'simple')
    throw new Error("pathsOf needs { kind: 'shortest' } or { kind: 'simple' }.")
  refuseUnknown('pathsOf', options, ['kind', 'events', 'limit', 'filter', 'stopWhen'])
  const types = options.events ?? model.events
  const unknown = types.filter(type => !model.events.includes(type))
  if (unknown.length > 0) throw new Error(`The model has no event '${unknown.join("', '")}'.`)
  const events = types.map(type => ({ type }))
  const { kind, filter, stopWhen, limit = 10_000 } = options
  let steps = 0
  const traversal = {
    events: (state: AnyMachineSnapshot) =>
      state.status === 'active' ? events.filter(event => state.can(event)) : [],
    limit,
    ...(filter && {
      filterEvents: (state: AnyMachineSnapshot, event: EventObject) =>
        filter(transition(model, state, event)[0] as AnyMachineSnapshot),
    }),
    ...(stopWhen && { stopWhen }),
    serializeState: (state: AnyMachineSnapshot, event?: EventObject, previous?: AnyMachineSnapshot) => {
      // `xstate/graph` bounds its search for states, and not that for simple paths.
      if (++steps > limit * stepsOfPaths) throw new Error(limitExceeded)
      return kind === 'simple' || previous === undefined
        ? keyOf(state)
        : `${keyOf(state)} via ${event?.type} from ${keyOf(previous)}`
    },
  }
  const testModel = createTestModel(model)
  try {
    const found =
      kind === 'shortest' ? testModel.getShortestPaths(traversal) : testModel.getSimplePaths(traversal)
    return found.map(path => new Path(model, path.steps as Step[]))
  } catch (error) {
    if ((error as Error | undefined)?.message !== limitExceeded) throw error
    throw new Error(
      `The search for ${kind} paths took more than ${limit} steps (limit). Raise limit, or make the search smaller: fewer events, a filter, or stopWhen.`,
      { cause: error },
    )
  }
}

/** What `xstate/graph` says. */
const limitExceeded = 'Traversal limit exceeded'

/** So many steps along simple paths for each step of the search. */
const stepsOfPaths = 100

/**
 * The events that a state of a model answers, guards included: the `events` option of `getShortestPaths` and `getSimplePaths`, of `xstate/graph` and
 * of `@xstate/test`. Without it both send events that the state's guards refuse, which a real system answers in its own way.
 */
export function answeredEvents<T extends AnyStateMachine>(
  model: T,
): (state: SnapshotFrom<T>) => EventFrom<T>[] {
  const events = model.events.map(type => ({ type })) as EventFrom<T>[]
  return (state: AnyMachineSnapshot) =>
    state.status === 'active' ? events.filter(event => state.can(event as EventObject)) : []
}

/** An event, and the model's state after it; the first one is the start. */
interface Step {
  readonly event: EventObject
  readonly state: AnyMachineSnapshot
}

class Path implements ModelPath {
  readonly events: readonly string[]
  readonly states: readonly string[]
  readonly model: AnyStateMachine
  readonly #steps: readonly Step[]

  constructor(model: AnyStateMachine, steps: readonly Step[]) {
    this.model = model
    this.#steps = steps
    this.events = steps.slice(1).map(({ event }) => event.type)
    this.states = steps.map(({ state }) => leafName(state.value))
  }

  async execute(execution: Execution): Promise<void> {
    this.#refuseGaps(execution)
    for (let i = 0; i < this.#steps.length; i++) {
      const { event, state } = this.#steps[i] as Step
      try {
        if (i > 0) await execution.events[event.type]?.()
        await execution.check(state)
      } catch (error) {
        if (error instanceof Error) error.message += `\n\n${this.#toldUntil(i)}`
        throw error
      }
    }
  }

  /** What `execute` would skip, or never need, is a mistake of the test. */
  #refuseGaps({ events, states }: Execution): void {
    const leaves = leavesOf(this.model)
    const checked = states ?? leaves
    for (const state of checked) {
      if (!leaves.includes(state)) throw new Error(`The model has no state '${state}'.`)
    }
    for (const type of Object.keys(events)) {
      if (!this.model.events.includes(type)) throw new Error(`The model has no event '${type}'.`)
    }
    for (const type of this.events) {
      if (events[type] === undefined) throw new Error(`No executor for the event '${type}'.`)
    }
    for (const state of this.states) {
      if (!checked.includes(state)) throw new Error(`No check for the state '${state}'.`)
    }
  }

  /** `Path:`, and a line for each step, with a mark at the one that failed. */
  #toldUntil(failed: number): string {
    const lines = this.#steps.map(({ state }, i) => {
      const event = i === 0 ? 'start' : this.events[i - 1]
      return `${i === failed ? '✗' : i < failed ? '✓' : ' '} ${event} → ${leafName(state.value)} ${JSON.stringify(state.context)}`
    })
    return `Path:\n${lines.join('\n')}`
  }
}

function keyOf(state: AnyMachineSnapshot): string {
  return `${leafName(state.value)} ${JSON.stringify(state.context)}`
}
