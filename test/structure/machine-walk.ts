// What a machine refers to by name, and whether there is something of that name.
import type { AnyStateMachine } from 'xstate'

type Node = AnyStateMachine['root']
type Kind = 'actions' | 'guards' | 'delays'

/** The names that a machine's states use, by kind. */
export function namesUsed(machine: AnyStateMachine): Record<Kind, Set<string>> {
  const used = { actions: new Set<string>(), guards: new Set<string>(), delays: new Set<string>() }
  const add = (kind: Kind, reference: unknown) => {
    const name =
      typeof reference === 'string' ? reference : (reference as { type?: unknown } | undefined)?.type
    if (typeof name === 'string' && !name.startsWith('xstate.')) used[kind].add(name)
  }
  for (const node of nodesOf(machine.root)) {
    for (const action of [...node.entry, ...node.exit]) add('actions', action)
    for (const delay of Object.keys(node.config.after ?? {}))
      if (Number.isNaN(Number(delay))) add('delays', delay)
    for (const { guard, actions } of [...node.transitions.values()].flat().concat(node.always ?? [])) {
      add('guards', guard)
      for (const action of actions) add('actions', action)
    }
  }
  return used
}

/** Names that are used but not implemented (a mistyped delay compiles, and fires at once), or implemented but not used. */
export function nameMistakes(machine: AnyStateMachine): string[] {
  const used = namesUsed(machine)
  return (['actions', 'guards', 'delays'] as const).flatMap(kind => {
    const implemented = Object.keys(machine.implementations[kind])
    return [
      ...[...used[kind]]
        .filter(name => !implemented.includes(name))
        .map(name => `${kind}: '${name}' is not implemented`),
      ...implemented.filter(name => !used[kind].has(name)).map(name => `${kind}: '${name}' is not used`),
    ]
  })
}

function nodesOf(node: Node): Node[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)]
}
