// A compiled machine can be put wherever the machine could, with its types.

import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import {
  type ActorRefFrom,
  assign,
  createActor,
  type InputFrom,
  initialTransition,
  type SnapshotFrom,
  setup,
  spawnChild,
  toPromise,
  transition,
} from 'xstate'
import { compiled } from '../../src/machines/compiled/index.js'
import { lamp } from './lamp.js'

type Lamp = ReturnType<typeof lamp>['machine']

describe('a compiled machine as a logic', () => {
  it('keeps the types of the machine', () => {
    const logic = compiled(lamp().machine)
    expectTypeOf<ActorRefFrom<typeof logic>>().toEqualTypeOf<ActorRefFrom<Lamp>>()
    expectTypeOf<InputFrom<typeof logic>>().toEqualTypeOf<{ readonly broken?: boolean }>()
    expectTypeOf<SnapshotFrom<typeof logic>>().toEqualTypeOf<SnapshotFrom<Lamp>>()
  })

  it('is the same for the same machine, and for what it returned', () => {
    const { machine } = lamp()
    expect(compiled(machine)).toBe(compiled(machine))
    expect(compiled(compiled(machine))).toBe(compiled(machine))
  })

  it('gives a compiled logic again when implementations are provided', () => {
    const { machine } = lamp()
    const note = vi.fn()
    const logic = compiled(machine).provide({ actions: { note } })
    expect(compiled(logic)).toBe(logic)
    createActor(logic, { input: {} }).start().send({ type: 'press' })
    expect(note).toHaveBeenCalledTimes(3)
  })

  it('takes input, and ends with done', async () => {
    const actor = createActor(compiled(lamp().machine), { input: { broken: true } }).start()
    actor.send({ type: 'press' })
    expect(actor.getSnapshot()).toMatchObject({ value: 'off', context: { broken: true } })
    actor.send({ type: 'end' })
    await toPromise(actor)
    expect(actor.getSnapshot()).toMatchObject({ value: 'gone', status: 'done' })
  })

  it('can be provided, spawned by name and in an assign, and sent to by its parent', () => {
    const { machine, calls } = lamp()
    const interpret = vi.spyOn(machine, 'transition')
    const room = setup({
      types: { context: {} as { second?: ActorRefFrom<Lamp> } },
      actors: { lamp: lamp().machine },
    }).createMachine({
      context: {},
      entry: spawnChild('lamp', { id: 'first', input: {} }),
      on: {
        more: { actions: assign({ second: ({ spawn }) => spawn('lamp', { id: 'second', input: {} }) }) },
      },
    })
    const actor = createActor(compiled(room.provide({ actors: { lamp: compiled(machine) } }))).start()
    actor.send({ type: 'more' })
    const { children, context } = actor.getSnapshot()
    expect(Object.keys(children)).toEqual(['first', 'second'])
    children.first?.send({ type: 'press' })
    context.second?.send({ type: 'press' })
    expect(calls.filter(call => call.startsWith('enters on'))).toHaveLength(2)
    expect(interpret).not.toHaveBeenCalled()
  })

  it('goes on from a persisted snapshot, replaying', () => {
    const { machine, calls } = lamp()
    const before = createActor(compiled(machine), { input: {} }).start()
    before.send({ type: 'press' })
    const snapshot = JSON.parse(JSON.stringify(before.getPersistedSnapshot()))
    const interpret = vi.spyOn(machine, 'transition')
    const after = createActor(compiled(machine), { snapshot, input: {} }).start()
    after.send({ type: 'press' })
    after.send({ type: 'press' })
    expect(after.getSnapshot()).toMatchObject({ value: { on: 'bright' }, context: { presses: 1 } })
    expect(calls.at(-1)).toBe('flicker')
    expect(interpret).not.toHaveBeenCalled()
  })

  it('executes nothing when asked for a transition alone, and tells the actions instead', () => {
    const { machine, calls } = lamp()
    const [initial] = initialTransition(compiled(machine), {})
    const [next, actions] = transition(compiled(machine), initial, { type: 'press' })
    expect(next.value).toEqual({ on: 'dim' })
    expect(actions.map(action => action.type)).toEqual(['note', 'note', 'note'])
    expect(calls).toEqual([])
  })
})
