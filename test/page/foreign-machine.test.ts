import { expect, it } from 'vitest'
import { layOutForeign } from '../../src/inspector/page/foreign-layout.js'
import { readMachine } from '../../src/inspector/page/model/foreign-machine.js'
import { Systems, statesIn } from '../../src/inspector/page/model/systems.js'
import { Store } from '../../src/inspector/page/store.js'
import type { SystemEvent } from '../../src/inspector/protocol.js'

const config = {
  id: 'light',
  initial: 'red',
  on: { reset: '.red' },
  states: {
    red: { on: { next: { target: 'green', guard: 'isDay' }, again: 'red' } },
    green: {
      id: 'go',
      initial: 'walk',
      on: { stop: [{ guard: 'isNight', target: '#light.red' }, { actions: 'ring' }] },
      states: { walk: { after: { 500: 'blink' } }, blink: { always: { target: '#go.walk' } } },
    },
    off: { type: 'final' },
  },
}

it('reads the states and the ways between them, whichever way targets are written', () => {
  const machine = readMachine(config)
  expect(machine?.states.map(({ name }) => name)).toEqual([
    'red',
    'green',
    'green.walk',
    'green.blink',
    'off',
  ])
  expect(machine?.ways).toEqual([
    { from: '', to: 'red', title: 'reset' },
    { from: 'red', to: 'green', title: 'next' },
    { from: 'red', to: 'red', title: 'again' },
    { from: 'green', to: 'red', title: 'stop' },
    { from: 'green.walk', to: 'green.blink', title: 'after 500' },
    { from: 'green.blink', to: 'green.walk', title: 'always' },
  ])
})

it('reads where the ends of invoked actors lead', () => {
  const machine = readMachine({
    initial: 'busy',
    states: {
      busy: {
        invoke: [
          {
            src: 'load',
            onDone: 'rest',
            onError: [{ guard: 'isFatal', target: 'failed' }, { actions: 'log' }],
          },
          { id: 'ticker', src: { type: 'xstate.invoke.0' }, onDone: { target: 'rest' } },
        ],
      },
      rest: { initial: 'a', states: { a: { type: 'final' } }, onDone: 'failed' },
      failed: {},
    },
  })
  expect(machine?.ways.map(({ from, to, title }) => `${from} → ${to}: ${title}`)).toEqual([
    'busy → rest: done of load',
    'busy → failed: error of load',
    'busy → rest: done of xstate.invoke.0',
    'rest → failed: done',
  ])
})

it('has nothing to say of what is no machine', () => {
  for (const each of [undefined, null, 'text', 7, [], {}, { states: undefined }])
    expect(readMachine(each)).toBeUndefined()
  expect(readMachine({ states: { a: null, b: {} } })?.states).toHaveLength(1)
})

it('draws each state once, and outer states around inner ones', () => {
  const machine = readMachine(config)
  const { boxes, arrows } = layOutForeign(machine as NonNullable<typeof machine>).wide
  expect(boxes.map(({ name }) => name).sort()).toEqual(['green', 'green.blink', 'green.walk', 'off', 'red'])
  const [outer, inner] = ['green', 'green.walk'].map(name => boxes.find(box => box.name === name))
  expect(outer && inner && outer.x <= inner.x && outer.y <= inner.y && outer.height > inner.height).toBe(true)
  expect(arrows.every(({ route }) => route.length >= 2)).toBe(true)
  const [red, loop] = [boxes.find(({ name }) => name === 'red'), arrows.find(({ from, to }) => from === to)]
  expect(loop?.route.at(-1)?.[1]).toBeCloseTo(red?.y ?? 0)
})

it('names the states of nested and of parallel values', () => {
  expect(statesIn({ green: 'walk' })).toEqual(['green.walk'])
  expect(statesIn({ a: { x: 'one' }, b: 'two' })).toEqual(['a.x.one', 'b.two'])
})

const actor = (sessionId: string): SystemEvent => ({
  type: 'system',
  source: 0,
  event: { type: '@xstate.actor', sessionId, name: sessionId },
})

it('of more actors than it can show, the page forgets those that have ended first, and then the oldest', () => {
  const systems = new Systems()
  for (let number = 0; number < 500; number++) systems.tell(actor(`${number}`))
  const snapshot = { status: 'done' }
  systems.tell({ type: 'system', source: 0, event: { type: '@xstate.snapshot', sessionId: '7', snapshot } })
  systems.tell(actor('new'))
  systems.tell(actor('newer'))
  expect(systems.actors.size).toBe(500)
  const gone = ['0', '1', '7', 'new', 'newer'].filter(name => !systems.actors.has(`0/${name}`))
  expect(gone).toEqual(['0', '7'])
})

it('actors of a program that has ended are gone when another one answers at its address', () => {
  const store = new Store({ open: () => () => {} })
  const hello = { kind: 'live', title: '', allowControl: false, pools: [], faults: [] } as const
  store.introduce(hello)
  store.system(actor('old'))
  store.introduce(hello)
  store.system(actor('new'))
  expect([...store.systems.actors.keys()]).toEqual(['0/new'])
})
