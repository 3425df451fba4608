// Whether the XState at hand is built as this compiler takes it to be: two small machines, run both ways.

import {
  type AnyActorRef,
  type AnyActorScope,
  type AnyStateMachine,
  assign,
  createActor,
  createMachine,
  not,
  raise,
} from 'xstate'
import { adopt, dismiss, lighten } from './children.js'
import { deliver } from './deliver.js'
import { onClock } from './on-clock.js'

type Compile = (machine: AnyStateMachine) => AnyStateMachine

interface Args {
  readonly context: { readonly flights: number }
  readonly event: { readonly type: string; readonly error?: unknown }
  readonly self: AnyActorRef
}

/**
 * Runs the machines both ways.
 * @returns what first differed; `undefined` if nothing did
 */
export function firstDifference(compile: Compile): string | undefined {
  try {
    const birds = new Birds()
    const expected = birds.sing(undefined)
    const heard = birds.sing(compile)
    for (let at = 0; at < Math.max(expected.length, heard.length); at++)
      if (heard[at] !== expected[at]) return `${heard[at]} instead of ${expected[at]}`
    const missing = milestones.find(line => !heard.includes(line))
    if (missing !== undefined) return `no ${missing}`
    return birds.asked.includes('go') ? 'plans are not used' : undefined
  } catch (error) {
    return String(error)
  }
}

/**
 * Lines that both songs must have, as both have children adopted: the end of a child and its failure reach the parent.
 */
const milestones = ['fledged 1', 'mourns 1 Error: fell', 'stopped']

/** The logic with its timers set by {@link onClock}. */
function clocked(logic: AnyStateMachine, clock: Parameters<typeof onClock>[1]): AnyStateMachine {
  return Object.assign(Object.create(logic), {
    getInitialSnapshot(scope: AnyActorScope, input: unknown) {
      Object.assign(scope, { system: onClock(scope.system, clock) })
      return logic.getInitialSnapshot(scope, input)
    },
  })
}

class Birds {
  /** The events that XState was asked about in the last song. */
  asked: string[] = []
  #lines: string[] = []
  #compile: Compile | undefined
  readonly #compiled = new Map<AnyStateMachine, AnyStateMachine>()
  readonly #chick: AnyStateMachine
  readonly #bird: AnyStateMachine

  constructor() {
    const note = ({ context, event }: Args, what: string): void =>
      this.#note(what, context.flights, event.error ?? '')
    const actions = {
      note,
      fly: assign(({ context }) => ({ flights: context.flights + 1 })),
      bury: ({ self }: Args) => dismiss(self, 'first'),
      twice: ({ self }: Args) => this.#tell(self, 'look'),
      fall: () => {
        throw new Error('fell')
      },
    }
    const guards = { isTired: ({ context }: Args, after: number) => context.flights >= after }
    const says = (what: string) => ({ type: 'note', params: what })
    this.#chick = createMachine(
      {
        context: () => ({ flights: 0 }), // computed, so that the second one begins by plan
        initial: 'egg',
        states: {
          egg: { entry: says('laid'), after: { 7: 'grown' }, on: { hatch: 'grown' } },
          grown: { type: 'final', entry: says('grown') },
        },
        on: { fall: { actions: 'fall' } },
      },
      { actions } as never,
    )
    this.#bird = createMachine(
      {
        id: 'bird',
        context: { flights: 0 },
        initial: 'perched',
        entry: says('born'),
        states: {
          perched: {
            tags: 'down',
            entry: says('lands'),
            exit: says('leaves'),
            on: {
              go: [
                { guard: { type: 'isTired', params: 1 }, target: '#bird.nest.dozing' },
                { target: 'aloft', actions: 'fly' },
              ],
              hop: { target: 'perched', reenter: true },
            },
          },
          aloft: {
            initial: 'rising',
            states: {
              rising: { always: { guard: not({ type: 'isTired', params: 9 }), target: 'gliding' } },
              gliding: {
                entry: raise({ type: 'gust' }),
                on: { gust: { target: 'turning', actions: 'twice' } },
              },
              turning: { exit: says('turned'), after: { rest: '#bird.perched' } },
            },
          },
          nest: { initial: 'resting', states: { resting: {}, dozing: { type: 'final' } }, onDone: 'perched' },
        },
        on: {
          look: { actions: says('looks') },
          'xstate.done.actor.*': { actions: [says('fledged'), 'bury'] },
          'xstate.error.actor.*': { actions: says('mourns') },
        },
      },
      { actions, guards, delays: { rest: () => 5 } } as never,
    )
    const { transition } = this.#bird
    this.#bird.transition = (...args) => {
      this.asked.push(args[1].type)
      return transition(...args)
    }
  }

  /** Everything that can be seen on the way through a script that uses all that the compiler relies on. */
  sing(compile: Compile | undefined): string[] {
    this.#compile = compile
    this.#lines = []
    this.asked = []
    const timers = new Map<number, () => void>()
    const clock = {
      setTimeout: (callback: () => void, delay: number) => timers.set(delay, callback) && delay,
      clearTimeout: (delay: number) => timers.delete(delay) && this.#note('clear', delay),
    }
    const logic = this.#logic(this.#bird)
    const actor: AnyActorRef = createActor(compile === undefined ? logic : clocked(logic, clock), {
      id: 'bird',
      clock: clock as never,
    })
    const look = () => {
      const { value, status, tags, children, context } = actor.getSnapshot()
      const seen = [value, status, [...tags], Object.keys(children), context, [...timers.keys()]]
      this.#note(JSON.stringify(seen))
    }
    const does = (type: string, to = actor) => {
      this.#tell(to, type)
      look()
    }
    actor.subscribe({ error: error => this.#note(error) }) // or XState throws it at the process
    actor.start()
    does('hop')
    // Not in an action: XState's development build would warn of the context that is computed there.
    const [first, second] = ['first', 'second'].map(id => this.#lay(actor, id))
    does('go')
    timers.get(5)?.()
    does('go')
    does('hatch', first)
    does('fall', second)
    const inspector = actor.system.inspect(({ type }) => this.#note(type))
    does('hop')
    inspector.unsubscribe()
    const observer = actor.subscribe(() => this.#note('seen'))
    does('look')
    observer.unsubscribe()
    actor.subscribe({ complete: () => this.#note('stopped') })
    actor.stop()
    return this.#lines
  }

  #note(...words: readonly unknown[]): void {
    this.#lines.push(words.join(' ').trimEnd())
  }

  #logic(machine: AnyStateMachine): AnyStateMachine {
    if (this.#compile === undefined) return machine
    const logic = this.#compiled.get(machine) ?? this.#compile(machine)
    this.#compiled.set(machine, logic)
    return logic
  }

  #tell(actor: AnyActorRef, type: string): void {
    if (this.#compile === undefined) actor.send({ type })
    else deliver(actor, { type })
  }

  #lay(parent: AnyActorRef, id: string): AnyActorRef {
    const child = createActor(this.#logic(this.#chick), { id, parent, src: 'chick' })
    adopt(parent, child)
    child.start()
    if (this.#compile !== undefined) lighten(child)
    return child
  }
}
