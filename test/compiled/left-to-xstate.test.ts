// What has no plan goes to `machine.transition` as a whole: nothing is done twice, and nothing by halves.

import { expect, it, vi } from 'vitest'
import {
  type AnyMachineSnapshot,
  createActor,
  createMachine,
  enqueueActions,
  fromPromise,
  raise,
  SimulatedClock,
} from 'xstate'
import { compiled } from '../../src/machines/compiled/index.js'

/** A machine that goes from `here` to `there` on `go`; how often it ran `note`, and whether XState was asked. */
function going(there: object, transition: object = {}, here: object = {}) {
  const note = vi.fn()
  const machine = createMachine({
    initial: 'here',
    states: {
      here: { exit: 'note', on: { go: { target: 'there', actions: 'note', ...transition } }, ...here },
      there: { entry: 'note', ...there },
      last: {},
    },
  } as never).provide({ actions: { note } } as never)
  const interpret = vi.spyOn(machine, 'transition')
  const clock = new SimulatedClock()
  const actor = createActor(compiled(machine), { clock }).start()
  actor.send({ type: 'go' })
  const snapshot: AnyMachineSnapshot = actor.getSnapshot()
  return {
    value: snapshot.value,
    status: snapshot.status,
    noted: note.mock.calls.length,
    asked: interpret.mock.calls.length > 0,
    actor,
    clock,
  }
}

const never = fromPromise(() => new Promise(() => {}))
const region = { states: { one: {}, two: {} }, initial: 'one' }

it.each([
  [
    'a parallel state',
    { type: 'parallel', states: { a: region, b: region } },
    {},
    { there: { a: 'one', b: 'one' } },
  ],
  ['a state with an invoke', { invoke: { src: never } }, {}, 'there'],
  ['a final state of the machine with an output of its own', { type: 'final', output: 1 }, {}, 'there'],
  [
    'a state that raises a computed event',
    { entry: ['note', raise(() => ({ type: 'next' }))], on: { next: 'last' } },
    {},
    'last',
  ],
  [
    'a state entered by enqueueActions',
    {},
    { actions: enqueueActions(({ enqueue }) => enqueue('note' as never)) },
    'there',
  ],
])('%s', (_, there, transition, value) => {
  expect(going(there, transition)).toMatchObject({ value, noted: 3, asked: true })
})

it('a state with a history, when it is left', () => {
  const here = { initial: 'a', states: { a: {}, b: {}, past: { type: 'history' } } }
  expect(going({}, {}, here)).toMatchObject({ value: 'there', noted: 3, asked: true })
})

it('an event after which a raised event has no plan: XState does all of it, once', () => {
  const there = {
    entry: ['note', raise({ type: 'next' })],
    on: { next: { target: 'last', actions: enqueueActions(() => {}) } },
  }
  expect(going(there)).toMatchObject({ value: 'last', noted: 3, asked: true })
})

it.each([
  [
    'a state that raises a known event',
    { entry: ['note', raise({ type: 'next' })], on: { next: 'last' } },
    'last',
  ],
  ['an always transition', { always: 'last' }, 'last'],
  ['a nested final state', { initial: 'end', states: { end: { type: 'final' } }, onDone: 'last' }, 'last'],
  ['a final state of the machine', { type: 'final' }, 'there'],
])('but not %s, which is replayed', (_, there, value) => {
  expect(going(there)).toMatchObject({ value, noted: 3, asked: false })
})

it('nor a state with a delayed transition, whose timer XState starts and cancels', () => {
  const { actor, clock, asked } = going({ after: { 10: 'last' } })
  clock.increment(10)
  expect(actor.getSnapshot().value).toBe('last')
  expect(asked).toBe(false)
})
