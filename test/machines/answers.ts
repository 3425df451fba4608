// What a machine does in each state with each event, asked of the machine itself and put into words.
import { type AnyMachineSnapshot, type AnyStateMachine, type EventObject, transition } from 'xstate'
import { leafName, leavesOf } from '../../src/testing/index.js'

/** What one state answers, in words (`→ closed: destroySocket`), and which events it ignores. */
export interface Answers {
  readonly answers: Readonly<Record<string, string>>
  readonly ignores: readonly string[]
}

/**
 * Sends each event to each leaf state of the machine, once with every guard saying no and once with each guard alone saying
 * yes, and tells where that leads and which actions run, in order. Timeouts (`after …`) and eventless transitions (`always`)
 * are listed too.
 *
 * @param context a context good enough for the machine's delays and parameters
 * @param events one of each type, by the name that the answers give it
 */
export function answersOf(
  machine: AnyStateMachine,
  context: object,
  events: Readonly<Record<string, EventObject>>,
): Record<string, Answers> {
  const names = Object.keys(machine.implementations.guards)
  const always = new Set(nodesOf(machine.root).flatMap(node => (node.always ?? []).map(({ guard }) => guard)))
  const silent = new Map([undefined, ...names].map(yes => [yes, withoutEffects(machine, yes)]))
  const say = (state: string, event: EventObject, yes: string | undefined) =>
    answer(silent.get(yes) as AnyStateMachine, state, context, event)
  const answersIn = (state: string): Answers => {
    const answers: Record<string, string> = {}
    const ignores: string[] = []
    const ask = (name: string, event: EventObject, guards: readonly string[]) => {
      const otherwise = say(state, event, undefined)
      const guarded = guards
        .map(guard => [guard, say(state, event, guard)] as const)
        .filter(([, text]) => text !== otherwise)
      for (const [guard, text] of guarded) answers[`${name} if ${guard}`] = text
      if (otherwise !== '') answers[name] = otherwise
      else if (guarded.length === 0) ignores.push(name)
    }
    const guards = names.filter(name => !always.has(name))
    for (const [name, event] of Object.entries(events)) ask(name, event, guards)
    for (const type of timeoutsIn(machine, state, context)) {
      ask(type.replace(/^xstate\.after\.(\w+)\..*$/, 'after $1'), { type }, guards)
    }
    ask('always', { type: 'nothing that it knows' }, [...always] as string[])
    return { answers, ignores: ignores.filter(name => name !== 'always') }
  }
  return Object.fromEntries(leavesOf(machine).map(state => [state, answersIn(state)]))
}

/** Compares with what was written down, so that a difference reads as one. */
export function table(written: {
  readonly answers: Readonly<Record<string, string>>
  /** By reason. */
  readonly ignores: Readonly<Record<string, readonly string[]>>
}): Answers {
  return { answers: written.answers, ignores: Object.values(written.ignores).flat() }
}

/** The machine with actions that do nothing, and one guard that says yes. */
function withoutEffects(machine: AnyStateMachine, yes: string | undefined): AnyStateMachine {
  const { actions, guards } = machine.implementations
  return machine.provide({
    actions: Object.fromEntries(Object.keys(actions).map(name => [name, () => {}])),
    guards: Object.fromEntries(Object.keys(guards).map(name => [name, () => name === yes])),
  })
}

function answer(machine: AnyStateMachine, state: string, context: object, event: EventObject): string {
  const before = resolve(machine, state, context)
  if (before.status !== 'active') return ''
  const [after, effects] = transition(machine, before, event)
  const target = leafName(after.value)
  const done = effects
    .filter(({ type }) => !type.startsWith('xstate.'))
    .map(({ type, params }) => {
      const reason = (params as { reason?: string } | undefined)?.reason
      return reason === undefined ? type : `${type}(${reason})`
    })
    .join(', ')
  const move = target === state ? '' : `→ ${target}`
  return [move, done].filter(part => part !== '').join(': ')
}

function timeoutsIn(machine: AnyStateMachine, state: string, context: object): string[] {
  return resolve(machine, state, context)
    ._nodes.flatMap(node => [...node.transitions.keys()])
    .filter(type => type.startsWith('xstate.after.'))
}

function resolve(machine: AnyStateMachine, state: string, context: object): AnyMachineSnapshot {
  const value = state
    .split('.')
    .reduceRight<unknown>((inner, key) => (inner === undefined ? key : { [key]: inner }), undefined)
  return machine.resolveState({ value: value as never, context })
}

function nodesOf(node: AnyStateMachine['root']): AnyStateMachine['root'][] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)]
}
