// Makes any XState machine cheap to run: what XState would do is planned once, from the machine itself, and then replayed.

import type {
  AnyActorScope,
  AnyMachineSnapshot,
  AnyStateMachine,
  AnyTransitionDefinition,
  EventObject,
  Snapshot,
} from 'xstate'
import { ConfigurationTable, configurationOf } from './configuration.js'
import { Beginning } from './initial.js'
import { isInspected } from './inspection.js'
import { plannedTransition, running, type Scope } from './internals.js'
import { type Follow, Plan } from './plan.js'
import { replay } from './replay.js'
import { stateName, tapOf } from './tap.js'
import { isUnderstood } from './verdict.js'

const logics = new WeakMap<AnyStateMachine, AnyStateMachine>()

/**
 * An actor logic that behaves exactly like `machine`, and takes nanoseconds where XState's interpreter takes microseconds.
 * Use it wherever the machine could be used: `createActor(compiled(machine))`, `spawn`, `.provide({ actors })`. Types are
 * kept. The machine stays the only source of truth: it can be drawn, tested by model and edited as before.
 *
 * What XState does on an event is the same each time for the same active states, event type and answers of the guards: the
 * same exit, transition and entry actions with the same arguments, the same next states. That is planned when it
 * is first needed, and replayed from then on, by all actors of the machine; what is used often is written as a function of its own
 * that the engine can inline (not where `--disallow-code-generation-from-strings` forbids it). Snapshots have all that XState's have; those in
 * the same states share `value`, `tags` and the like, so do not write to them.
 *
 * Handed to `machine.transition`, as a whole and before anything was done for the event:
 * - whatever happens in or leads to parallel states, enters or leaves an `invoke` or a state with a history, reaches a final state
 *   of the machine that has an output of its own, runs `enqueueActions`, or raises an event that is only computed then;
 * - the start of the machine's first actor, and of each one whose context is not computed, which has `always` transitions there, or whose
 *   first states do more than call functions and set timers, or raise an event, as a final state does;
 * - `xstate.error.*`, `xstate.stop` and `xstate.init`, and actors that do not run;
 * - everything while anyone inspects the actor system, so that inspectors see each microstep and action. They may come and go
 *   at any time; an inspector that comes in the middle of a transition sees its microsteps from the next one on.
 *
 * What differs from XState:
 * - actions are called without `this`, and in its development build XState does not warn about action creators (`raise()`,
 *   `assign()`) that a replayed custom action calls;
 * - an actor that comes back to the states that it was in before may have the very snapshot that it had, and not one like it: compare
 *   what is in snapshots, not whether they are the same;
 * - a function that computes the context from the input is called twice when it spawns or throws;
 * - an inspector that is attached by a copy of `system.inspect`, taken before the system's first event, sees nothing of what is replayed.
 *
 * The first call in a process runs a small machine both ways (see `canary.ts`). If XState turns out to be built differently from the versions
 * that this was made for, `compiled(machine)` is the machine itself, and the process is warned once (`STATEPOOL_XSTATE`).
 *
 * A machine's implementations must not be written to after the first event; use `provide`, which gives a compiled logic
 * again. A frozen machine cannot be compiled. Calling `compiled` twice with the same machine, or with what it returned, gives the
 * same logic.
 */
export function compiled<T extends AnyStateMachine>(machine: T): T {
  const known = logics.get(machine)
  if (known !== undefined) return known as T
  if (!isUnderstood(compileLater)) return machine
  const logic = compileLater(machine)
  logics.set(machine, logic)
  logics.set(logic, logic)
  return logic as T
}

/** Writing a plan as code takes some ten microseconds. */
const compileLater = (machine: AnyStateMachine): AnyStateMachine => compile(machine, 1_000)

/** A compiled machine whose plans are written as code after so many uses. */
export function compile(machine: AnyStateMachine, generateAfter: number): AnyStateMachine {
  const take = choiceFor(machine)
  const interpret = (snapshot: AnyMachineSnapshot, event: EventObject, scope: object): AnyMachineSnapshot => {
    const next = machine.transition(snapshot, event, scope as AnyActorScope)
    return next === snapshot ? next : table.intern(next)
  }
  const follow: Follow = (snapshot, event, scope, choice) => {
    if (choice === undefined || choice.step !== undefined) return replay(snapshot, event, scope, choice?.step)
    take(choice.transition)
    try {
      return interpret(snapshot, event, scope)
    } finally {
      take(undefined) // in case that XState did not come to ask
    }
  }
  const table = new ConfigurationTable(
    machine,
    (configuration, choices) => new Plan(configuration, choices, follow, generateAfter),
  )
  const beginning = new Beginning(machine, table)
  const transition = (
    snapshot: AnyMachineSnapshot,
    event: EventObject,
    scope: AnyActorScope,
  ): AnyMachineSnapshot => {
    if (snapshot.status === 'active') {
      const configuration = configurationOf(snapshot)
      const actor = scope as unknown as Scope
      if (
        configuration !== undefined &&
        actor.self._processingStatus === running &&
        !isInspected(actor.system)
      ) {
        const plan = configuration.planFor(event.type)
        if (plan !== undefined) return plan.run(snapshot, event, actor)
      }
    }
    return interpret(snapshot, event, scope)
  }
  const overridden = {
    transition(snapshot: AnyMachineSnapshot, event: EventObject, scope: AnyActorScope): AnyMachineSnapshot {
      const next = transition(snapshot, event, scope)
      tapOf(scope)?.tell(scope.self, event, {
        event: event.type,
        from: stateName(snapshot),
        to: stateName(next),
      })
      return next
    },

    start(snapshot: AnyMachineSnapshot, scope: AnyActorScope): void {
      machine.start(snapshot)
      const init = { type: 'xstate.init' }
      tapOf(scope)?.tell(scope.self, init, { event: init.type, from: undefined, to: stateName(snapshot) })
    },

    getInitialSnapshot: (scope: AnyActorScope, input?: unknown): AnyMachineSnapshot =>
      beginning.snapshot(scope, input),

    restoreSnapshot: (snapshot: Snapshot<unknown>, scope: AnyActorScope): AnyMachineSnapshot =>
      table.intern(machine.restoreSnapshot(snapshot, scope)),

    getPersistedSnapshot(snapshot: AnyMachineSnapshot, options?: unknown): Snapshot<unknown> {
      const persisted = machine.getPersistedSnapshot(snapshot, options)
      return Object.assign(persisted, { value: structuredClone(snapshot.value) }) // the caller's to write to
    },

    provide: (implementations: Parameters<AnyStateMachine['provide']>[0]): AnyStateMachine =>
      compiled(machine.provide(implementations)),
  }
  return Object.assign(Object.create(machine), overridden, {
    [plannedTransition]: overridden.transition,
  }) as AnyStateMachine
}

/**
 * Lets XState take a transition whose guard has been asked already, so that no guard is asked twice: what is passed to the
 * function returned is what the machine answers when XState asks next, first thing in `machine.transition`.
 */
function choiceFor(machine: AnyStateMachine): (transition: AnyTransitionDefinition | undefined) => void {
  let chosen: AnyTransitionDefinition | undefined
  const select = machine.getTransitionData.bind(machine)
  machine.getTransitionData = (snapshot, event) => {
    if (chosen === undefined) return select(snapshot, event)
    const transition = chosen
    chosen = undefined
    return [transition]
  }
  return transition => {
    chosen = transition
  }
}
