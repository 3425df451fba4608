// Turns the actions of a transition into effects that can be performed without looking anything up.

import type {
  ActorRefFrom,
  AnyActorLogic,
  AnyMachineSnapshot,
  AnyStateMachine,
  EventObject,
  MachineContext,
} from 'xstate'
import { assign, stopChild } from 'xstate'
import type { ActionArgs, BuiltinAction, Exec, GuardArgs, Scope } from './internals.js'

/** A microstep under way: what its effects read and change. */
export class Frame {
  context: MachineContext
  children: AnyMachineSnapshot['children']
  /** What the machine leaves behind, if it is done. */
  output: unknown
  /** Whether XState would have made a new snapshot by now. */
  changed = false
  private sharedArgs: ActionArgs | undefined

  constructor(
    readonly snapshot: AnyMachineSnapshot,
    readonly event: EventObject,
    readonly scope: Scope,
    readonly raised: EventObject[],
  ) {
    this.context = snapshot.context
    this.children = snapshot.children
  }

  /** The arguments of an action; the same object until the context changes. */
  get args(): ActionArgs {
    this.sharedArgs ??= {
      context: this.context,
      event: this.event,
      self: this.scope.self,
      system: this.scope.system,
    }
    return this.sharedArgs
  }

  /** The snapshot as XState's own actions expect it in the middle of a microstep. */
  get intermediate(): AnyMachineSnapshot {
    return this.changed ? { ...this.snapshot, context: this.context, children: this.children } : this.snapshot
  }

  become(context: MachineContext, children: AnyMachineSnapshot['children']): void {
    this.context = context
    this.children = children
    this.changed = true
    this.sharedArgs = undefined
  }
}

/** One action, ready to be performed. */
export interface Effect {
  readonly perform: (frame: Frame) => void
  /** The custom function with its constant params, if that is all there is to it. */
  readonly call?: { readonly exec: Exec; readonly params: unknown } | undefined
  /** The type of the event that it may raise. */
  readonly raises?: string | undefined
}

/** Computes an action's params. */
type Params = (args: GuardArgs) => unknown

const nothing: Effect = { perform: () => {} }

/** XState's own actions that neither raise an event nor run further actions; performed by XState's own code. */
const delegated: ReadonlySet<string> = new Set([
  'xstate.cancel',
  'xstate.emit',
  'xstate.log',
  'xstate.sendTo',
  'xstate.spawnChild',
  'xstate.stopChild',
])

/** An action, looked up. */
export interface Found {
  readonly name: string
  readonly implementation: unknown
  readonly params: Params
  /** The params, where they are not computed. */
  readonly constant: { readonly params: unknown } | undefined
}

/** The implementation of an action and its params; `undefined` if only XState knows what is meant. */
export function find(machine: AnyStateMachine, action: unknown): Found | undefined {
  const inline = typeof action === 'function'
  if (!inline && typeof action !== 'string' && (typeof action !== 'object' || action === null))
    return undefined
  const name = typeof action === 'string' ? action : (action as { readonly type: string }).type
  const implementation: unknown = inline ? action : machine.implementations.actions[name]
  const given: unknown = typeof action === 'object' && 'params' in action ? action.params : undefined
  return typeof given === 'function'
    ? { name, implementation, params: args => given(args), constant: undefined }
    : { name, implementation, params: () => given, constant: { params: given } }
}

/** The effect of one action as it stands in the machine; `undefined` if only XState can perform it. */
export function effectOf(machine: AnyStateMachine, action: unknown): Effect | undefined {
  const found = find(machine, action)
  if (found === undefined) return undefined
  const { implementation, constant } = found
  const params = (frame: Frame): unknown => found.params({ context: frame.context, event: frame.event })
  if (!implementation) return constant ? nothing : { perform: frame => void params(frame) }
  if (typeof implementation !== 'function') return undefined
  if ('resolve' in implementation) return builtin(machine, implementation as unknown as BuiltinAction, params)
  const exec = implementation as Exec
  return {
    perform: frame => exec(frame.args, params(frame)),
    call: constant && { exec, params: constant.params },
  }
}

type FrameParams = (frame: Frame) => unknown

function builtin(machine: AnyStateMachine, action: BuiltinAction, params: FrameParams): Effect | undefined {
  if (action.type === 'xstate.assign') return { perform: assignment(action, params) }
  if (action.type === 'xstate.cancel' && typeof action.sendId === 'string')
    return { perform: clearing(action.sendId, params) }
  if (delegated.has(action.type)) return { perform: delegate(action, params) }
  if (action.type !== 'xstate.raise' || !isEvent(action.event)) return undefined
  const { event, delay } = action
  return {
    perform:
      delay === undefined ? frame => raise(frame, event, params) : timing(machine, action, event, params),
    raises: event.type,
  }
}

function raise(frame: Frame, event: EventObject, params: FrameParams): void {
  params(frame)
  frame.raised.push(event)
}

/** Sets the timer of an `after`, or of a `raise` with a delay, once the transition is done. */
function timing(
  machine: AnyStateMachine,
  { delay, id }: BuiltinAction,
  event: EventObject,
  params: FrameParams,
): Effect['perform'] {
  const given: unknown = typeof delay === 'string' ? machine.implementations.delays[delay] : delay
  return frame => {
    const asked = params(frame)
    const time: unknown = typeof given === 'function' ? given(frame.args, asked) : given
    const { scope, raised } = frame
    if (typeof time !== 'number') raised.push(event)
    else scope.defer(() => scope.system.scheduler.schedule(scope.self, scope.self, event, time, id))
  }
}

/** Clears it. */
function clearing(id: string, params: FrameParams): Effect['perform'] {
  return frame => {
    params(frame)
    const { scope } = frame
    scope.defer(() => scope.system.scheduler.cancel(scope.self, id))
  }
}

/** What a final state tells its parent: `xstate.done.state.<parent>`. */
export function completion(type: string, output: unknown): Effect {
  return {
    raises: type,
    perform: frame => {
      const { context, event, scope } = frame
      frame.raised.push({
        type,
        output: typeof output === 'function' ? output({ context, event, self: scope.self }) : output,
      } as EventObject)
    },
  }
}

/** What a machine that is done leaves behind. */
export function conclusion(type: string, output: unknown): Effect {
  return {
    perform: frame => {
      const { context, scope } = frame
      const event = { type, output: undefined }
      frame.output = typeof output === 'function' ? output({ context, event, self: scope.self }) : output
    },
  }
}

/** Stops a child, as XState does when its parent is done. */
export const stopping = (child: unknown): Effect => ({
  perform: delegate(stopChild(child as never) as unknown as BuiltinAction, () => undefined),
})

function delegate(action: BuiltinAction, params: FrameParams): Effect['perform'] {
  return frame => {
    const { scope, intermediate, raised } = frame
    const args = { context: frame.context, event: frame.event, self: scope.self, system: scope.system }
    const extra = { internalQueue: raised, deferredActorIds: undefined }
    const [next, resolved] = action.resolve(scope, intermediate, args, params(frame), action, extra)
    if (next !== intermediate) frame.become(next.context, next.children)
    action.execute?.(scope, resolved)
  }
}

type Assigner = (args: object, params: unknown) => unknown

/** `assign`, without XState's work on configuration, value and tags: they cannot have changed. */
function assignment(action: BuiltinAction, params: FrameParams): Effect['perform'] {
  const definition = action.assignment
  const assigner: Assigner | undefined =
    typeof definition === 'function' ? (definition as Assigner) : undefined
  const properties = assigner === undefined ? Object.entries(definition as object) : []
  const refuse = delegate(action, params)
  return frame => {
    const { context, event, scope } = frame
    if (!context) return refuse(frame)
    const asked = params(frame)
    const spawned: Record<string, unknown> = {}
    let spawns = false
    const spawn = (source: unknown, options: unknown): unknown => {
      const child = spawnerOf(frame)(source, options)
      spawned[child.id] = child
      spawns = true
      return child
    }
    const args = { context, event, spawn, self: scope.self, system: scope.system }
    let update: object = {}
    if (assigner !== undefined) update = assigner(args, asked) as object
    else {
      for (const [key, value] of properties)
        (update as Record<string, unknown>)[key] = typeof value === 'function' ? value(args, asked) : value
    }
    frame.become(
      Object.assign({}, context, update),
      spawns ? { ...frame.children, ...spawned } : frame.children,
    )
  }
}

type Spawner = (source: unknown, options: unknown) => ActorRefFrom<AnyActorLogic>

/** XState's own `spawn`, had from an `assign` that does nothing else. */
function spawnerOf(frame: Frame): Spawner {
  let spawner: unknown
  const borrow = assign(({ spawn }) => {
    spawner = spawn
    return {}
  }) as unknown as BuiltinAction
  const extra = { internalQueue: frame.raised, deferredActorIds: undefined }
  borrow.resolve(frame.scope, frame.intermediate, frame.args, undefined, borrow, extra)
  return spawner as Spawner
}

const isEvent = (value: unknown): value is EventObject =>
  typeof value === 'object' && value !== null && typeof (value as EventObject).type === 'string'
