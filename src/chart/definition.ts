// A machine's definition as JSON, the way Stately's tools have it: functions by their names.
import type { AnyStateMachine } from 'xstate'

/** What the machine was created from, as plain data. `createMachine` reads it again, and finds what is missing in `provide`. */
export function definitionOf(machine: AnyStateMachine): unknown {
  return plain(machine.config)
}

function plain(value: unknown, place = ''): unknown {
  if (typeof value === 'function') return nameOf(value, place)
  if (Array.isArray(value)) return value.map(each => plain(each, place))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, inner]) => inner !== undefined && !(name === 'context' && typeof inner === 'function'))
      .map(([name, inner]) => [name, plain(inner, name)]),
  )
}

/** An action creator of XState (`assign(…)`) says its type; any other function is called what it is called. */
function nameOf(value: { readonly name: string; readonly type?: unknown }, place: string): string {
  const { name, type } = value
  return typeof type === 'string' ? type : name === '' || name === place ? '(inline)' : name
}
