// `deliver` is `actor.send` without the inspection event that nobody looks at.
import { expect, it } from 'vitest'
import { createActor, emit, type InspectionEvent, setup } from 'xstate'
import { compiled, deliver, lighten } from '../../src/machines/compiled/index.js'

const machine = setup({ types: { events: {} as { type: 'toggle' } } }).createMachine({
  initial: 'off',
  states: { off: { on: { toggle: 'on' } }, on: { on: { toggle: 'off' } } },
})

it('has the same effect as send', () => {
  const actor = createActor(compiled(machine)).start()
  deliver(actor, { type: 'toggle' })
  expect(actor.getSnapshot().value).toBe('on')
})

it('is seen by an inspector like any other message', () => {
  const actor = createActor(compiled(machine)).start()
  deliver(actor, { type: 'toggle' })
  const seen: InspectionEvent[] = []
  const subscription = actor.system.inspect(event => void seen.push(event))
  deliver(actor, { type: 'toggle' })
  subscription.unsubscribe()
  deliver(actor, { type: 'toggle' })
  expect(seen.filter(event => event.type === '@xstate.event')).toHaveLength(1)
  expect(actor.getSnapshot().value).toBe('on')
})

it('ends an actor whose machine is done with it', () => {
  const ending = setup({ types: { events: {} as { type: 'end' } } }).createMachine({
    initial: 'on',
    states: { on: { on: { end: 'over' } }, over: { type: 'final' } },
  })
  const told: string[] = []
  const actor = createActor(compiled(ending))
  actor.subscribe({ complete: () => told.push('complete') })
  actor.start()
  deliver(actor, { type: 'end' })
  expect([actor.getSnapshot().status, ...told]).toEqual(['done', 'complete'])
})

it('does nothing to an actor that has stopped', () => {
  const actor = createActor(compiled(machine)).start()
  actor.stop()
  deliver(actor, { type: 'toggle' })
  expect(actor.getSnapshot().value).toBe('off')
})

/** Says what it is doing, in order, and tells itself more while it is at it. */
function talkative(by: typeof deliver, said: string[]) {
  const talking = setup({ types: { events: {} as { type: 'first' | 'second' } } }).createMachine({
    on: {
      first: {
        actions: ({ self }) => {
          said.push('first begins')
          by(self, { type: 'second' })
          said.push('first ends')
        },
      },
      second: { actions: () => void said.push('second') },
    },
  })
  return createActor(compiled(talking)).start()
}

it('leaves for later what an actor is sent while it is busy', () => {
  const said: string[] = []
  const actor = talkative(deliver, said)
  deliver(actor, { type: 'first' })
  deliver(actor, { type: 'first' })
  const once = ['first begins', 'first ends', 'second']
  expect(said).toEqual([...once, ...once])
})

it('tells who observes the actor, also one who came in the middle of a message', () => {
  const seen: unknown[] = []
  const machine = setup({ types: { events: {} as { type: 'go' } } }).createMachine({
    initial: 'a',
    states: {
      a: {
        on: {
          go: {
            target: 'b',
            actions: ({ self }) => void self.subscribe(snapshot => void seen.push(snapshot.value)),
          },
        },
      },
      b: { on: { go: 'a' } },
    },
  })
  const actor = createActor(compiled(machine)).start()
  deliver(actor, { type: 'go' })
  deliver(actor, { type: 'go' })
  expect(seen).toEqual(['b', 'a'])
})

it('tells who came second when who came first has left', () => {
  const seen: unknown[] = []
  const actor = createActor(compiled(machine)).start()
  deliver(actor, { type: 'toggle' })
  const first = actor.subscribe(() => void seen.push('first'))
  const second = actor.subscribe(() => void seen.push('second'))
  first.unsubscribe()
  first.unsubscribe()
  deliver(actor, { type: 'toggle' })
  second.unsubscribe()
  deliver(actor, { type: 'toggle' })
  expect(seen).toEqual(['second'])
})

it('tells an observer who was there before it was first used', () => {
  const seen: unknown[] = []
  const actor = createActor(compiled(machine)).start()
  actor.subscribe(({ value }) => void seen.push(value))
  deliver(actor, { type: 'toggle' })
  deliver(actor, { type: 'toggle' })
  expect(seen).toEqual(['on', 'off'])
})

it('leaves an event to the logic where that is made of a compiled one', () => {
  const logic = compiled(machine)
  const asked: string[] = []
  const wrapping = Object.assign(Object.create(logic), {
    transition(...args: Parameters<typeof logic.transition>) {
      asked.push(args[1].type)
      return logic.transition(...args)
    },
  }) as typeof logic
  const actor = createActor(wrapping).start()
  deliver(actor, { type: 'toggle' })
  expect(asked).toEqual(['toggle'])
  expect(actor.getSnapshot().value).toBe('on')
})

it('does nothing to an actor that failed in its start', () => {
  const ran: string[] = []
  const failing = setup({ types: { events: {} as { type: 'go' } } }).createMachine({
    entry: () => {
      throw new Error('no')
    },
    on: { go: { actions: () => void ran.push('go') } },
  })
  const actor = createActor(compiled(failing))
  actor.subscribe({ error: () => {} })
  actor.start()
  deliver(actor, { type: 'go' })
  expect([ran, actor.getSnapshot().status]).toEqual([[], 'error'])
})

it('stops an actor as XState does', () => {
  const told: string[] = []
  const actor = createActor(compiled(machine))
  actor.subscribe({ complete: () => told.push('complete') })
  actor.start()
  deliver(actor, { type: 'xstate.stop' } as never)
  expect(told).toEqual(['complete'])
})

it('leaves observers alone while they are being told', () => {
  const seen: string[] = []
  const actor = createActor(compiled(machine)).start()
  let isFirst = true
  actor.subscribe(() => {
    seen.push('first')
    if (!isFirst) return
    isFirst = false
    deliver(actor, { type: 'toggle' })
    second.unsubscribe()
  })
  const second = actor.subscribe(() => void seen.push('second'))
  actor.send({ type: 'toggle' })
  expect(seen).toEqual(['first', 'first'])
})

it('lets an actor fail as send does', () => {
  const failing = setup({ types: { events: {} as { type: 'fail' } } }).createMachine({
    on: {
      fail: {
        actions: () => {
          throw new Error('refused')
        },
      },
    },
  })
  const errors: unknown[] = []
  const actor = createActor(compiled(failing))
  actor.subscribe({ error: error => void errors.push(error) })
  actor.start()
  deliver(actor, { type: 'fail' })
  expect(errors).toEqual([new Error('refused')])
  expect(actor.getSnapshot().status).toBe('error')
})

it('is send for actors that are built in another way', () => {
  const sent: unknown[] = []
  const stranger = { system: {}, send: (event: { type: string }) => void sent.push(event) }
  deliver(stranger, { type: 'hello' })
  expect(sent).toEqual([{ type: 'hello' }])
})

it('tells the observers and listeners of an actor that was made lighter: those who come and go later, and all when it stops', () => {
  const calling = setup({
    types: { events: {} as { type: 'call' }, emitted: {} as { type: 'called' } },
  }).createMachine({ on: { call: { actions: emit({ type: 'called' }) } } })
  const actor = createActor(compiled(calling)).start()
  deliver(actor, { type: 'call' })
  lighten(actor)
  deliver(actor, { type: 'call' })
  const seen: string[] = []
  const listening = actor.on('called', () => void seen.push('called'))
  const all = actor.on('*', () => void seen.push('*'))
  const observing = actor.subscribe({
    next: () => void seen.push('next'),
    complete: () => void seen.push('complete'),
  })
  deliver(actor, { type: 'call' })
  expect(seen).toEqual(['called', '*', 'next'])
  listening.unsubscribe()
  observing.unsubscribe()
  deliver(actor, { type: 'call' })
  expect(seen).toEqual(['called', '*', 'next', '*'])
  all.unsubscribe()
  actor.subscribe({ complete: () => void seen.push('complete') })
  actor.stop()
  expect(seen.slice(4)).toEqual(['complete'])
})
