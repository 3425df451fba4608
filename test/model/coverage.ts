// Which states and transitions of a statechart were really taken by a running system, as its inspection events say.
import type { AnyMachineSnapshot, AnyStateMachine, InspectionEvent } from 'xstate'
import { leafName, leavesOf } from '../../src/testing/index.js'

type Node = AnyStateMachine['root']
type Transition = Node['always'] extends (infer T)[] | undefined ? T : never

/** Coverage of one machine, collected from all actors that run it. */
export class Coverage {
  readonly #machine: AnyStateMachine
  readonly states: ReadonlySet<string>
  readonly transitions: ReadonlySet<string>
  readonly #states = new Set<string>()
  readonly #transitions = new Map<string, number>()
  /** Names of transitions that were taken: a walk takes each thousands of times. */
  readonly #names = new Map<object, string>()

  constructor(machine: AnyStateMachine) {
    this.#machine = machine
    this.states = new Set(leavesOf(machine))
    this.transitions = new Set(nodesOf(machine.root).flatMap(node => transitionsOf(node).map(nameOf)))
  }

  /** Takes one of XState's inspection events; those of other machines are skipped. */
  see(event: InspectionEvent): void {
    if (event.type !== '@xstate.microstep' && event.type !== '@xstate.snapshot') return
    const snapshot = event.snapshot as AnyMachineSnapshot
    if (snapshot.machine?.id !== this.#machine.id) return
    this.#states.add(leafName(snapshot.value))
    if (event.type !== '@xstate.microstep') return
    for (const transition of event._transitions) {
      const name = this.#names.get(transition) ?? this.#learn(transition)
      this.#transitions.set(name, (this.#transitions.get(name) ?? 0) + 1)
    }
  }

  #learn(transition: Transition): string {
    const name = nameOf(transition)
    if (!this.transitions.has(name)) throw new Error(`The machine has no transition '${name}'.`)
    this.#names.set(transition, name)
    return name
  }

  get missingStates(): string[] {
    return [...this.states].filter(state => !this.#states.has(state))
  }

  get missingTransitions(): string[] {
    return [...this.transitions].filter(transition => !this.#transitions.has(transition))
  }

  /** `connection: 9 of 9 states, 40 of 40 transitions (12,345 taken)`. */
  toString(): string {
    const taken = [...this.#transitions.values()].reduce((sum, count) => sum + count, 0)
    const states = `${this.states.size - this.missingStates.length} of ${this.states.size} states`
    const transitions = `${this.transitions.size - this.missingTransitions.length} of ${this.transitions.size} transitions`
    return `${this.#machine.id}: ${states}, ${transitions} (${taken.toLocaleString('en-US')} taken)`
  }
}

function nodesOf(node: Node): Node[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)]
}

function transitionsOf(node: Node): Transition[] {
  return [...node.transitions.values()].flat().concat(node.always ?? [])
}

/** `busy.leased · release [isSpent]`: the source, the event, the guard. Two that only differ in nothing of these would be one mistake. */
function nameOf(transition: Transition): string {
  const { source, eventType, guard } = transition
  const from = source.path.join('.') || '(any state)'
  const event = eventType === '' ? 'always' : eventType.replace(/^xstate\.after\.(\w+)\..*$/, 'after $1')
  const name = typeof guard === 'string' ? guard : (guard as { type?: string } | undefined)?.type
  return `${from} · ${event}${name === undefined ? '' : ` [${name}]`}`
}
