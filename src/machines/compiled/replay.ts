// Replays a macrostep from its plan. After `macrostep` and `microstep` in XState's source.

import type { AnyMachineSnapshot, EventObject, MachineContext } from 'xstate'
import type { Choice, Choices, Configuration } from './configuration.js'
import { configurationOf } from './configuration.js'
import { Frame, stopping } from './effect.js'
import { former, type GuardArgs, latest, type Scope } from './internals.js'
import type { Step } from './step.js'

type Planned = NonNullable<Choices>

const noneRaised: EventObject[] = Object.freeze([]) as never

/** The snapshot after `event`, with everything done that belongs to it; `step` is the one that {@link choose} found, if any. */
export function replay(
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  scope: Scope,
  step: Step | undefined,
): AnyMachineSnapshot {
  if (step === undefined) {
    const { hasAlways } = configurationOf(snapshot) as Configuration
    return hasAlways ? settle(snapshot, snapshot, event, scope, []) : snapshot
  }
  if (step.last) return take(step, snapshot, event, scope, noneRaised)
  const raised: EventObject[] = []
  const next = take(step, snapshot, event, scope, raised)
  return step.ends ? next : settle(snapshot, next, event, scope, raised)
}

/** Takes `always` transitions and raised events until there are none. */
function settle(
  start: AnyMachineSnapshot,
  first: AnyMachineSnapshot,
  event: EventObject,
  scope: Scope,
  raised: EventObject[],
): AnyMachineSnapshot {
  const most = (configurationOf(start) as Configuration).table.mostIterations
  let snapshot = first
  let current = event
  let mayBeAlways = true
  for (let iterations = 1; ; iterations++) {
    if (iterations > most) throw new Error(endless(most))
    const configuration = configurationOf(snapshot) as Configuration
    const always =
      mayBeAlways && configuration.hasAlways ? chooseAlways(configuration, snapshot, current) : undefined
    if (always !== undefined) {
      const next = take(always, snapshot, current, scope, raised)
      if (always.ends) return next
      mayBeAlways = next !== snapshot
      snapshot = next
      continue
    }
    const following = raised.shift()
    if (following === undefined) return snapshot
    current = following
    const step = choose(configuration.on(current.type) as Planned, snapshot, current)?.step
    if (step !== undefined) snapshot = take(step, snapshot, current, scope, raised)
    if (step?.ends) return snapshot
    mayBeAlways = true
  }
}

/** The first choice whose guard lets it pass. */
export function choose(
  choices: Planned,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): Choice | undefined {
  let args: GuardArgs | undefined
  for (let i = 0; i < choices.length; i++) {
    const choice = choices[i] as Choice
    const { guard } = choice
    if (guard === undefined) return choice
    args ??= { context: snapshot.context, event }
    try {
      const { plain } = guard
      if (plain !== undefined ? plain(args, guard.params) : guard.ask(args, snapshot)) return choice
    } catch (error) {
      throw unanswered(choice, event, error)
    }
  }
  return undefined
}

/** The like for `always` transitions, whose guards' errors XState leaves as they are. */
function chooseAlways(
  configuration: Configuration,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): Step | undefined {
  const args = { context: snapshot.context, event }
  for (const { guard, step } of configuration.always as Planned)
    if (guard === undefined || guard.ask(args, snapshot)) return step
  return undefined
}

/** One microstep. */
function take(
  step: Step,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  scope: Scope,
  raised: EventObject[],
): AnyMachineSnapshot {
  const { calls, target } = step
  const { context } = snapshot
  if (calls === undefined) {
    const frame = new Frame(snapshot, event, scope, raised)
    for (const effect of step.effects) effect.perform(frame)
    if (step.ends) return ended(target as Configuration, frame)
    if (!frame.changed && target === undefined) return snapshot
    const next = target ?? (configurationOf(snapshot) as Configuration)
    return snapshotAt(next, snapshot, frame.context, frame.children)
  }
  if (calls.length > 0) {
    const args = { context, event, self: scope.self, system: scope.system }
    for (let i = 0; i < calls.length; i++) {
      const { exec, params } = calls[i] as (typeof calls)[number]
      exec(args, params)
    }
  }
  if (target === undefined) return snapshot
  return raised === noneRaised
    ? moveTo(target, snapshot, scope)
    : snapshotAt(target, snapshot, context, snapshot.children)
}

/**
 * The snapshot of an actor whose states changed in a single microstep, and nothing else did. One that goes to and fro, as a connection does between idle
 * and busy, goes back to the snapshot that it had.
 */
export function moveTo(
  target: Configuration,
  snapshot: AnyMachineSnapshot,
  scope: Scope,
): AnyMachineSnapshot {
  const before = scope[former]
  // If the last move led to this snapshot, nothing but its states tells it from the one before. (To compare what they have visits seven objects.)
  const next =
    before !== undefined && scope[latest] === snapshot && before._nodes === target.nodes
      ? before
      : snapshotAt(target, snapshot, snapshot.context, snapshot.children)
  scope[former] = snapshot
  scope[latest] = next
  return next
}

/** The last snapshot of an actor whose machine is done; its children are stopped. */
function ended(configuration: Configuration, frame: Frame): AnyMachineSnapshot {
  const { snapshot, context, children } = frame
  const last = snapshotAt(configuration, snapshot, context, children)
  last.status = 'done'
  last.output = frame.output
  last._nodes = configuration.ended._nodes as AnyMachineSnapshot['_nodes']
  last.tags = configuration.ended.tags as AnyMachineSnapshot['tags']
  for (const child of Object.values(children))
    stopping(child).perform(new Frame(last, frame.event, frame.scope, []))
  return last
}

/** The like of XState's `cloneMachineSnapshot`: the same properties in the same order, and so the same hidden class. */
export function snapshotAt(
  configuration: Configuration,
  previous: AnyMachineSnapshot,
  context: MachineContext,
  children: AnyMachineSnapshot['children'],
): AnyMachineSnapshot {
  return {
    status: previous.status,
    output: previous.output,
    error: previous.error,
    machine: previous.machine,
    context,
    _nodes: configuration.nodes,
    value: configuration.value,
    tags: configuration.tags,
    children,
    historyValue: previous.historyValue,
    matches: previous.matches,
    hasTag: previous.hasTag,
    can: previous.can,
    getMeta: previous.getMeta,
    toJSON: previous.toJSON,
  } as AnyMachineSnapshot
}

/** The error that XState makes of one that a guard throws. */
export function unanswered({ guard, transition }: Choice, event: EventObject, error: unknown): Error {
  const name = guard?.name ? `'${guard.name}' ` : ''
  const { message } = error as Error
  return new Error(
    `Unable to evaluate guard ${name}in transition for event '${event.type}' in state node '${transition.source.id}':\n${message}`,
  )
}

const endless = (most: number): string =>
  `Infinite loop detected: the machine has processed more than ${most} microsteps without reaching a stable state. This usually happens when there's a cycle of transitions (e.g., eventless transitions or raised events causing state A -> B -> C -> A).`
