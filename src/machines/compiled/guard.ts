// Turns a transition's guard into something that can be asked without looking anything up.

import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate'
import type { BuiltinGuard, GuardArgs } from './internals.js'

/** A guard, resolved. */
export interface Guard {
  /** What XState calls it in its error messages. */
  readonly name: string | undefined
  /** The function, if it can be called as it stands: `plain(args, params)`. */
  readonly plain: ((args: GuardArgs, params: unknown) => unknown) | undefined
  /** The constant params of {@link Guard.plain}. */
  readonly params: unknown
  /** Asks a guard that is not plain. */
  readonly ask: (args: GuardArgs, snapshot: AnyMachineSnapshot) => unknown
}

type Reference = string | { readonly type: string; readonly params?: unknown } | GuardFunction
type GuardFunction = ((args: GuardArgs, params: unknown) => unknown) & Partial<BuiltinGuard>

/** Implementations may name one another; XState would never come back from a circle. */
const mostAliases = 10

/** The guard that XState would ask for `reference`; `undefined` if it is none that is known here. */
export function resolveGuard(machine: AnyStateMachine, reference: unknown): Guard | undefined {
  const name = nameOf(reference)
  let current = reference
  for (let alias = 0; alias < mostAliases; alias++) {
    if (!isReference(current)) return undefined
    const resolved = typeof current === 'function' ? current : implementationOf(machine, current)
    if (!resolved) return missing(name, typeof current === 'string' ? current : nameOf(current))
    if (typeof resolved === 'function') return guardOf(name, current, resolved as GuardFunction)
    current = resolved
  }
  return undefined
}

function guardOf(name: string | undefined, reference: Reference, resolved: GuardFunction): Guard {
  const params = typeof reference === 'object' ? reference.params : undefined
  if ('check' in resolved || typeof params === 'function') {
    const check = resolved.check
    const ask: Guard['ask'] = (args, snapshot) => {
      const asked =
        typeof params === 'function' ? params({ context: args.context, event: args.event }) : params
      return check === undefined ? resolved(args, asked) : check(snapshot, args, resolved)
    }
    return { name, plain: undefined, params: undefined, ask }
  }
  return { name, plain: resolved, params, ask: args => resolved(args, params) }
}

function missing(name: string | undefined, wanted: string | undefined): Guard {
  const ask = (): never => {
    throw new Error(`Guard '${wanted}' is not implemented.'.`)
  }
  return { name, plain: undefined, params: undefined, ask }
}

const implementationOf = (machine: AnyStateMachine, reference: string | { readonly type: string }): unknown =>
  machine.implementations.guards[typeof reference === 'string' ? reference : reference.type]

const nameOf = (reference: unknown): string | undefined =>
  typeof reference === 'string'
    ? reference
    : typeof reference === 'object' && reference !== null && 'type' in reference
      ? (reference.type as string)
      : undefined

const isReference = (value: unknown): value is Reference =>
  typeof value === 'string' || typeof value === 'function' || (typeof value === 'object' && value !== null)
