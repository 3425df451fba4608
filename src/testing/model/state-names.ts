// What the states of a machine without parallel states are called: by their leaves, with dots.
import type { AnyStateMachine } from 'xstate'

/** The name of the leaf state that a snapshot's `value` says: `busy.leased` for `{ busy: 'leased' }`. For machines without parallel states. */
export function leafName(value: unknown): string {
  if (typeof value === 'string') return value
  const [[key, inner] = ['', '']] = Object.entries(value as object)
  return `${key}.${leafName(inner)}`
}

/** The leaf states of a machine without parallel states, with dots; those that are only passed through are left out. */
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
