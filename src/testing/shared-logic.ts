// Lets many pools share what XState and the compiled machines work out about the machines, which takes longer than a simulation.
//
// A pool gives its actions to the two machines by `provide`, which parses the machine again, and what the machine does in each
// state is planned anew. Here the machines are provided once for all pools, with actions that look up whose they are: the states, the
// transitions and their order are the same, and so are the functions that run in the end. A test holds simulations with and
// without this to each other.

import { type AnyStateMachine, assign } from 'xstate'
import { connectionMachine } from '../machines/connection.js'
import { poolMachine } from '../machines/pool.js'

type Implementation = (args: Args, params: unknown) => unknown
type Implementations = Readonly<
  Record<'actions' | 'guards' | 'delays', Readonly<Record<string, Implementation>>>
>

/** What tells whose an action is: a connection's context has its pool's actor, the pool's own its line. */
interface Args {
  readonly context: { readonly line: object; readonly pool?: object }
}

interface PoolOfAnything {
  readonly actor: { getSnapshot(): Args }
}

/** One machine that all pools share. */
class SharedLogic {
  readonly #machine: AnyStateMachine
  readonly #owners = new WeakMap<object, Implementations>()
  #provided: AnyStateMachine | undefined
  /** Those of the pool that is being made: while it is, every one that is not known is its own. */
  #latest: Implementations | undefined

  constructor(machine: AnyStateMachine) {
    this.#machine = machine
  }

  /** Calls `make` with the machine's `provide` replaced by one that shares. */
  within<P extends PoolOfAnything>(make: () => P): P {
    const machine = this.#machine as { provide: unknown }
    machine.provide = (implementations: Implementations) => {
      this.#latest = implementations
      if (Object.values(implementations.actions).some(isOutOfReach)) return this.#provideAsIs(implementations)
      this.#provided ??= this.#provideOnce(implementations)
      return this.#provided
    }
    try {
      const pool = make()
      if (this.#latest !== undefined) {
        this.#owners.set(pool.actor, this.#latest)
        this.#owners.set(pool.actor.getSnapshot().context.line, this.#latest)
      }
      return pool
    } finally {
      this.#latest = undefined
      Reflect.deleteProperty(machine, 'provide') // the method of its class is back
    }
  }

  forget(): void {
    this.#provided = undefined
  }

  #provideOnce({ actions, guards = {}, delays = {} }: Implementations): AnyStateMachine {
    const lateBound = Object.entries(actions).map(([name, action]) => [name, this.#lateAction(name, action)])
    const asked = Object.keys(guards).map(name => [name, this.#late('guards', name)])
    const timed = Object.keys(delays).map(name => [name, this.#late('delays', name)])
    return this.#provideAsIs({
      actions: Object.fromEntries(lateBound),
      guards: Object.fromEntries(asked),
      delays: Object.fromEntries(timed),
    })
  }

  #provideAsIs(implementations: object): AnyStateMachine {
    const provide = Object.getPrototypeOf(this.#machine).provide as AnyStateMachine['provide']
    return provide.call(this.#machine, implementations)
  }

  #lateAction(name: string, action: Implementation): unknown {
    if (!isAssignment(action)) {
      return (args: Args, params: unknown) => this.#ownerOf(args).actions[name]?.(args, params)
    }
    return assign((args, params) => {
      const assignment = this.#ownerOf(args as unknown as Args).actions[name]
      return isAssignment(assignment) ? assignment.assignment(args, params) : {}
    })
  }

  #late(what: 'guards' | 'delays', name: string): Implementation {
    return (args, params) => this.#ownerOf(args)[what][name]?.(args, params)
  }

  #ownerOf({ context }: Args): Implementations {
    return this.#owners.get(context.pool ?? context.line) ?? (this.#latest as Implementations)
  }
}

const shared = [new SharedLogic(poolMachine), new SharedLogic(connectionMachine)] as const

/** Makes a pool that shares its machines with all that were made like this. */
export function withSharedLogic<P extends PoolOfAnything>(make: () => P): P {
  const [pools, connections] = shared
  return pools.within(() => connections.within(make))
}

/** XState's own actions are looked at when the machine is made; but for `assign`, they cannot stand for another pool's. */
function isOutOfReach(action: Implementation): boolean {
  return 'resolve' in action && !isAssignment(action)
}

/** Has the machines worked out anew, because somebody changed them. */
export function forgetSharedLogic(): void {
  for (const logic of shared) logic.forget()
}

interface Assignment extends Implementation {
  readonly assignment: (args: unknown, params: unknown) => object
}

function isAssignment(action: Implementation | undefined): action is Assignment {
  return action !== undefined && 'assignment' in action && typeof action.assignment === 'function'
}
