// `deliver` is `actor.send` without the inspection event that nobody looks at.
import { expect, it } from 'vitest'
import { createActor, type InspectionEvent, setup } from 'xstate'
import { deliver } from '../../src/machines/compiled/deliver.js'
import { compiled } from '../../src/machines/compiled.js'

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

it('does nothing to an actor that has stopped', () => {
  const actor = createActor(compiled(machine)).start()
  actor.stop()
  deliver(actor, { type: 'toggle' })
  expect(actor.getSnapshot().value).toBe('off')
})
