// What a compiled machine is for: XState's interpreter is not asked, and nobody can tell.

import { describe, expect, it, vi } from 'vitest'
import { createActor, createMachine, SimulatedClock } from 'xstate'
import { compiled } from '../../src/machines/compiled/index.js'
import { lamp } from './lamp.js'

function started() {
  const { machine, calls } = lamp()
  const interpret = vi.spyOn(machine, 'transition')
  const actor = createActor(compiled(machine), { id: 'desk', input: {} })
  actor.subscribe({ error: () => {} })
  actor.start()
  return { actor, calls, interpret }
}

describe('a compiled machine', () => {
  it('runs exit, transition and entry actions in order, with context, event, self and params, without the interpreter', () => {
    const { actor, calls, interpret } = started()
    actor.send({ type: 'press' })
    expect(calls).toEqual([
      'leaves off on press after 0 by desk',
      'presses on press after 1 by desk',
      'enters on on press after 1 by desk',
    ])
    expect(actor.getSnapshot()).toMatchObject({ value: { on: 'dim' }, context: { presses: 1 } })
    expect(interpret).not.toHaveBeenCalled()
  })

  it('takes raised events in the same macrostep', () => {
    const { actor, calls, interpret } = started()
    for (const type of ['press', 'press', 'press'] as const) actor.send({ type })
    expect(calls.at(-1)).toBe('flicker')
    expect(interpret).not.toHaveBeenCalled()
  })

  it('keeps its snapshot object where neither state nor context changes', () => {
    const { actor } = started()
    const before = actor.getSnapshot()
    actor.send({ type: 'look' })
    actor.send({ type: 'hit', force: 5 })
    expect(actor.getSnapshot()).toBe(before)
  })

  it('has snapshots that answer like those of XState', () => {
    const { actor } = started()
    actor.send({ type: 'press' })
    const snapshot = actor.getSnapshot()
    expect(snapshot.matches({ on: 'dim' })).toBe(true)
    expect(snapshot.hasTag('dark')).toBe(false)
    expect(snapshot.getMeta()).toEqual({ 'lamp.on': { watts: 5 } })
    expect([snapshot.can({ type: 'press' }), snapshot.can({ type: 'hit', force: 1 })]).toEqual([true, false])
  })

  it('fails with the error of an action, after the actions before it and without those after', () => {
    const { actor, calls } = started()
    actor.send({ type: 'press' })
    actor.send({ type: 'hit', force: 10 })
    expect(calls.at(-1)).toBe('flicker')
    expect(actor.getSnapshot()).toMatchObject({
      status: 'error',
      error: new Error('bang'),
      value: { on: 'dim' },
    })
  })

  it('names the guard, the event and the state when a guard throws', () => {
    const { actor } = started()
    actor.send({ type: 'press' })
    actor.send({ type: 'hit', force: -1 })
    expect(String(actor.getSnapshot().error)).toBe(
      "Error: Unable to evaluate guard 'isHard' in transition for event 'hit' in state node 'lamp.on':\nnobody hits like that",
    )
  })

  it('needs no interpreter for event types that are made up on the fly, however many there are', () => {
    const { actor, interpret } = started()
    for (let i = 0; i < 1_100; i++) actor.send({ type: `made up ${i}` } as never)
    expect(actor.getSnapshot().value).toBe('off')
    expect(interpret).not.toHaveBeenCalled()
  })
})

describe('snapshots of one configuration', () => {
  it('share what depends on nothing else, across actors', () => {
    const { machine } = lamp()
    const [first, second] = [0, 1].map(() =>
      createActor(compiled(machine), { input: {} }).start().getSnapshot(),
    )
    expect(first?._nodes).toBe(second?._nodes)
    expect(first?.tags).toBe(second?.tags)
  })

  it('refuse to be written to, so that one actor cannot disturb another', () => {
    const { actor } = started()
    actor.send({ type: 'press' })
    const value = actor.getSnapshot().value as { on: string }
    expect(() => {
      value.on = 'bright'
    }).toThrow(TypeError)
  })

  it('are persisted as a value that is free to be changed', () => {
    const { actor } = started()
    actor.send({ type: 'press' })
    const persisted = actor.getPersistedSnapshot() as unknown as { value: { on: string } }
    persisted.value.on = 'bright'
    expect(actor.getSnapshot().value).toEqual({ on: 'dim' })
  })
})

describe('the life of an actor, from its second one on', () => {
  /** Computes its context, sets a timer when it starts, and ends. */
  const errand = (log: string[]) =>
    createMachine({
      context: ({ input }) => ({ name: input }),
      initial: 'going',
      output: ({ context }) => `done by ${context.name}`,
      exit: () => log.push('all is over'),
      states: {
        going: {
          entry: ({ context, event }) => log.push(`${context.name} goes on ${event.type}`),
          exit: 'unknown' as never,
          on: { arrive: 'over' },
          after: { 100: 'over' },
        },
        over: { type: 'final', entry: () => log.push('arrives'), exit: () => log.push('is gone') },
      },
    })

  it('needs no interpreter: neither its start nor its timers nor its end', () => {
    const log: string[] = []
    const machine = errand(log)
    const asked = [
      vi.spyOn(Object.getPrototypeOf(machine), 'getInitialSnapshot'),
      vi.spyOn(machine, 'transition'),
    ]
    const logic = compiled(machine)
    createActor(logic, { input: 'nobody' })
    for (const ask of asked) ask.mockClear()
    const clock = new SimulatedClock()
    const [first, second] = ['Ann', 'Bob'].map(input => createActor(logic, { input, clock }).start())
    first?.send({ type: 'arrive' })
    clock.increment(100)
    expect(log).toEqual([
      'Ann goes on xstate.init',
      'Bob goes on xstate.init',
      'arrives',
      'is gone',
      'all is over',
      'arrives',
      'is gone',
      'all is over',
    ])
    expect([first, second].map(actor => actor?.getSnapshot())).toMatchObject([
      { status: 'done', value: 'over', output: 'done by Ann' },
      { status: 'done', value: 'over', output: 'done by Bob' },
    ])
    for (const ask of asked) {
      expect(ask).not.toHaveBeenCalled()
      ask.mockRestore()
    }
  })

  it('shares nothing that one of them could change for the others', () => {
    const logic = compiled(errand([]))
    const [first, second] = ['Ann', 'Bob', 'Cid'].map(input => createActor(logic, { input }).start()).slice(1)
    expect(first?.getSnapshot().children).not.toBe(second?.getSnapshot().children)
    expect([first, second].map(actor => actor?.getSnapshot().context)).toEqual([
      { name: 'Bob' },
      { name: 'Cid' },
    ])
  })
})
