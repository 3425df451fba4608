// What the entry actions of an actor's first states come to: they run when the actor starts.

import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate'
import { find } from './effect.js'
import type { ActionArgs, BuiltinAction, Scope } from './internals.js'

/** What an actor that has not started is to do when it does. */
export type Deferred = (scope: Scope, snapshot: AnyMachineSnapshot, args: ActionArgs) => DeferredAction

/** As XState's `actionExecutor` takes it. */
export interface DeferredAction {
  readonly type: string
  readonly info: ActionArgs
  readonly params: unknown
  readonly exec: unknown
}

/** An entry action of a state that an actor begins in; `undefined` if it is not just called when the actor starts. */
export function deferredOf(machine: AnyStateMachine, action: unknown): Deferred | undefined {
  const found = find(machine, action)
  if (found === undefined) return undefined
  const { implementation, params } = found
  const type = found.name ?? (action as { readonly name: string }).name
  if (!implementation) return undefined
  if (typeof implementation !== 'function') return undefined
  if (!('resolve' in implementation))
    return (_scope, _snapshot, args) => ({
      type,
      info: args,
      params: params({ context: args.context, event: args.event }),
      exec: implementation,
    })
  const timed = implementation as unknown as BuiltinAction
  const { execute } = timed
  if (timed.type !== 'xstate.raise' || timed.delay === undefined || execute === undefined) return undefined
  return (scope, snapshot, args) => {
    const raised: EventObject[] = []
    const extra = { internalQueue: raised, deferredActorIds: undefined }
    const asked = params({ context: args.context, event: args.event })
    const [, resolved] = timed.resolve(scope, snapshot, args, asked, timed, extra)
    if (raised.length > 0) throw new Error('The delay is not a number, so that the event is raised at once.')
    return { type: timed.type, info: args, params: resolved, exec: () => execute(scope, resolved) }
  }
}
