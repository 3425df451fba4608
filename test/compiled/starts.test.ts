// A start that raises events: what they lead to depends on the actor, so every actor starts as XState would start it.

import { describe, expect, it } from 'vitest'
import { type AnyStateMachine, createActor, createMachine, raise } from 'xstate'
import { compiled } from '../../src/machines/compiled/index.js'

type Log = (args: { context: { name: string }; event: { type: string } }) => void

/** A compound state that begins in its final state, and so raises `xstate.done.state.errand`. */
const done = (rest: object = {}, final: object = {}) => ({
  id: 'errand',
  initial: 'over',
  states: { over: { type: 'final', ...final } },
  ...rest,
})

const isAnn = ({ context }: { context: { name: string } }): boolean => context.name === 'Ann'

/** The state that the machine begins in, and what else the machine has. */
const starts: [what: string, parts: (log: Log) => [first: object, rest?: object]][] = [
  ['a final state, heard by *', log => [done(), { on: { '*': { actions: log } } }]],
  ['a final state, heard by xstate.done.*', log => [done(), { on: { 'xstate.done.*': { actions: log } } }]],
  ['a final state, heard by the onDone of its parent', log => [done({ onDone: { actions: log } })]],
  ['a final state that leads elsewhere', log => [done({ onDone: { target: 'last', actions: log } })]],
  [
    'a final state that leads elsewhere for some inputs',
    log => [done({ onDone: { target: 'last', guard: isAnn, actions: log } })],
  ],
  ['a final state, heard by itself', log => [done({}, { on: { '*': { actions: log } } })]],
  [
    'a final state, deeper down',
    log => [{ initial: 'inner', states: { inner: done() } }, { on: { '*': { actions: log } } }],
  ],
  [
    'a final state whose output is computed, though nothing hears it',
    log => [done({}, { output: (args: Parameters<Log>[0]) => log(args) })],
  ],
  [
    'a parallel state whose regions are final',
    log => [{ type: 'parallel', states: { a: done({ onDone: { actions: log } }) } }],
  ],
  [
    'an entry action that raises an event',
    log => [{ entry: raise({ type: 'hello' }) }, { on: { '*': { actions: log } } }],
  ],
  [
    'an initial transition that raises an event, for some inputs',
    log => [
      { initial: { target: 'inner', actions: raise({ type: 'hello' }) }, states: { inner: {} } },
      { on: { hello: { actions: log, guard: isAnn } } },
    ],
  ],
  [
    'a delay that is none',
    log => [
      { entry: raise({ type: 'hello' }, { delay: (() => undefined) as never }) },
      { on: { hello: { actions: log } } },
    ],
  ],
]

/** The lives of actors that begin after the first: what they log, and where they are. */
function lives(
  parts: (log: Log) => [object, object?],
  logicOf: (machine: AnyStateMachine) => AnyStateMachine,
) {
  const log: string[] = []
  const [first, rest] = parts(({ context, event }) => void log.push(`${context.name}: ${event.type}`))
  const machine = createMachine({
    context: ({ input }: { input: unknown }) => ({ name: input }),
    initial: 'first',
    states: { first, last: {} },
    ...rest,
  } as never)
  const logic = logicOf(machine)
  const snapshots = ['Bob', 'Ann', 'Bob', 'Ann'].map(input =>
    createActor(logic, { input }).start().getSnapshot(),
  )
  return { log, values: snapshots.map(({ value, status }) => ({ value, status })) }
}

describe('each actor of a compiled machine starts as XState starts it, where the start raises an event:', () => {
  it.each(starts)('%s', (_, parts) => {
    const expected = lives(parts, machine => machine)
    expect(expected.log.length).toBeGreaterThan(0)
    expect(lives(parts, compiled)).toEqual(expected)
  })
})
