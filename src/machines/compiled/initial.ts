// The first snapshot of an actor whose context is computed from its input.

import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine } from 'xstate'

const spawns = new Error('computing the context spawns actors')

/**
 * What `machine.getInitialSnapshot` answers, without the `assign` that XState makes for a computed context: its development
 * build prints a warning about that where the actor is created within another actor's action. A context that spawns, or that
 * cannot be computed, is left to XState, which computes it once more.
 */
export function initialSnapshot(
  machine: AnyStateMachine,
  scope: AnyActorScope,
  input: unknown,
): AnyMachineSnapshot {
  const { context: compute } = machine.config
  if (typeof compute !== 'function') return machine.getInitialSnapshot(scope, input)
  let context: object
  try {
    const spawn = () => {
      throw spawns
    }
    context = { ...compute({ spawn, input, self: scope.self }) }
  } catch {
    return machine.getInitialSnapshot(scope, input)
  }
  const settled = Object.create(machine, { config: { value: { ...machine.config, context } } })
  const snapshot = Object.getPrototypeOf(machine).getInitialSnapshot.call(settled, scope, input)
  return Object.assign(snapshot, { machine })
}
