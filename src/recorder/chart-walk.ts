// Where an event can lead by a machine's chart, whatever its guards answer.
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  initialTransition,
  type StateValue,
  transition,
} from 'xstate'
import { stateName } from '../machines/compiled/index.js'
import { sessions } from './format.js'

/** The most guards that one event asks, with those of the states that it passes through. */
const mostAsked = 16

/** A machine whose guards answer as the walk wants it, and whose actions do nothing. */
export class ChartWalk {
  readonly #machine: AnyStateMachine
  readonly #reached = new Map<string, ReadonlySet<string>>()
  /** What the guards answer, in the order in which they are asked. */
  #answers: boolean[] = []
  #asked = 0

  /** @param decided the guards that look at nothing but the event, and answer for themselves */
  constructor(machine: AnyStateMachine, decided: readonly string[]) {
    const { guards, actions, delays } = machine.implementations
    const undecided = Object.keys(guards).filter(name => !decided.includes(name))
    this.#machine = machine.provide({
      guards: Object.fromEntries(undecided.map(name => [name, () => this.#answer()])),
      actions: Object.fromEntries(Object.keys(actions).map(name => [name, () => {}])),
      // Later, whenever that is: what comes then is an event of its own.
      delays: Object.fromEntries(Object.keys(delays).map(name => [name, 1])),
    })
  }

  /** The states in which an actor can start, with dots. */
  get starts(): ReadonlySet<string> {
    return this.#explore('', () => initialTransition(this.#machine, surroundings)[0])
  }

  /** Whether the chart has a state. @param state with dots */
  has(state: string): boolean {
    let node: AnyStateMachine['root'] | undefined = this.#machine.root
    for (const key of state.split('.')) node = node?.states[key]
    return node !== undefined
  }

  /**
   * The states to which an event can lead.
   * @param state with dots
   * @param code the record's: how a holder left its session
   */
  after(state: string, type: string, code: number): ReadonlySet<string> {
    const session = type === 'release' ? sessions[code] : undefined
    return this.#explore(`${state} ${type} ${session}`, () => {
      const snapshot = this.#machine.resolveState({ value: stateValueOf(state), context: surroundings })
      return transition(this.#machine, snapshot, { type, at: 0, session })[0]
    })
  }

  /** Tries all answers of the guards that are asked. */
  #explore(key: string, go: () => AnyMachineSnapshot): ReadonlySet<string> {
    const known = this.#reached.get(key)
    if (known !== undefined) return known
    const reached = new Set<string>()
    this.#answers = []
    do {
      this.#asked = 0
      reached.add(stateName(go()))
      this.#answers.length = this.#asked
    } while (this.#turn())
    this.#reached.set(key, reached)
    return reached
  }

  /** States that are passed through may lead to each other: guards that always said yes would go round in them for ever. */
  #answer(): boolean {
    if (this.#asked >= mostAsked) return false
    const answer = this.#answers[this.#asked] ?? false
    this.#answers[this.#asked++] = answer
    return answer
  }

  /** To the next answers, as if one counted in binary; false when there are none. */
  #turn(): boolean {
    while (this.#answers.at(-1) === true) this.#answers.pop()
    if (this.#answers.length === 0) return false
    this.#answers[this.#answers.length - 1] = true
    return true
  }
}

/** What the parameters of actions look at. */
const surroundings = {
  facts: {},
  policy: {},
  size: {},
  roster: {},
  line: {},
  world: { now: () => 0, random: () => 0 },
}

/** `{ busy: 'leased' }` of `busy.leased`. */
const stateValueOf = (state: string): StateValue =>
  state
    .split('.')
    .reduceRight<StateValue | undefined>(
      (inner, key) => (inner === undefined ? key : { [key]: inner }),
      undefined,
    ) as StateValue
