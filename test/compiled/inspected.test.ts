// While anyone inspects, XState's own interpreter runs: inspectors see what they would see of the machine itself.

import { describe, expect, it, vi } from 'vitest'
import { type AnyActorRef, createActor, fromTransition, type InspectionEvent } from 'xstate'
import { compiled } from '../../src/machines/compiled/index.js'
import { lamp } from './lamp.js'

const press = { type: 'press' } as const

/** An actor that is the parent of others. */
const parentLogic = fromTransition((state: number) => state, 0)

const tell = (event: InspectionEvent): string =>
  event.type === '@xstate.action' ? `${event.type} ${event.action.type}` : event.type

/** What two inspectors that come and go see of a lamp, and whether the interpreter was asked at each event. */
function story(isCompiled: boolean) {
  const { machine, calls } = lamp()
  const interpret = vi.spyOn(machine, 'transition')
  const seen: string[] = []
  const actor = createActor(isCompiled ? compiled(machine) : machine, { id: 'desk', input: {} }).start()
  const asked: boolean[] = []
  const send = (type: 'press' | 'look') => {
    interpret.mockClear()
    actor.send({ type })
    asked.push(interpret.mock.calls.length > 0)
  }
  send('press')
  const first = actor.system.inspect(event => seen.push(`first ${tell(event)}`))
  send('press')
  const second = actor.system.inspect({ next: event => seen.push(`second ${tell(event)}`) })
  send('press')
  first.unsubscribe()
  first.unsubscribe()
  send('look')
  second.unsubscribe()
  send('press')
  const third = actor.system.inspect(event => seen.push(`third ${tell(event)}`))
  send('press')
  third.unsubscribe()
  send('press')
  return { seen, calls, asked, value: actor.getSnapshot().value }
}

describe('an inspected system', () => {
  it('shows inspectors that come and go each event, microstep, action and snapshot', () => {
    const { asked: _, ...interpreted } = story(false)
    const { asked, ...replayed } = story(true)
    expect(replayed).toEqual(interpreted)
    expect(replayed.seen).toContain('second @xstate.microstep')
    expect(asked).toEqual([false, true, true, true, false, true, false])
  })

  it('is noticed when the root was made with an inspector', () => {
    const seen: string[] = []
    const root = createActor(compiled(lamp().machine), {
      input: {},
      inspect: event => seen.push(tell(event)),
    })
    root.start().send(press)
    expect(seen.filter(type => type === '@xstate.microstep')).toHaveLength(1)
  })

  it('is noticed when the inspector was there before the first compiled actor', () => {
    const parent = createActor(parentLogic).start()
    const seen: string[] = []
    const inspector = parent.system.inspect(event => seen.push(tell(event)))
    const { machine } = lamp()
    const interpret = vi.spyOn(machine, 'transition')
    const child: AnyActorRef = createActor(compiled(machine), { parent, input: {} }).start()
    child.send(press)
    expect(seen).toContain('@xstate.microstep')
    inspector.unsubscribe()
    interpret.mockClear()
    child.send(press)
    expect(interpret).not.toHaveBeenCalled()
  })

  it('is one system for all compiled machines in it, and apart from others', () => {
    const parent = createActor(parentLogic).start()
    const lamps = [lamp(), lamp()].map(({ machine }) => ({
      interpret: vi.spyOn(machine, 'transition'),
      actor: createActor(compiled(machine), { parent, input: {} }).start() as AnyActorRef,
    }))
    const elsewhere = lamp()
    const asked = vi.spyOn(elsewhere.machine, 'transition')
    const other = createActor(compiled(elsewhere.machine), { input: {} }).start()
    const all = [...lamps.map(({ actor }) => actor), other]
    for (const actor of all) actor.send(press)
    parent.system.inspect(() => {})
    for (const actor of all) actor.send(press)
    expect([...lamps.map(({ interpret }) => interpret), asked].map(spy => spy.mock.calls.length)).toEqual([
      1, 1, 0,
    ])
  })

  it('tells inspectors nothing that is not an inspection event', () => {
    const seen: InspectionEvent[] = []
    const actor = createActor(compiled(lamp().machine), { input: {} }).start()
    actor.system.inspect(event => seen.push(event))
    actor.send(press)
    expect(seen.map(event => typeof event.type)).not.toContain('undefined')
    expect(seen.map(tell)).toEqual([
      '@xstate.event',
      '@xstate.action note',
      '@xstate.action note',
      '@xstate.action note',
      '@xstate.microstep',
      '@xstate.snapshot',
    ])
  })
})
