// pathsOf leaves nothing out in silence: what xstate/graph and @xstate/test would skip is an error here.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { assign, createMachine } from 'xstate'
import { connectionModel, leafName, leavesOf, type PathOptions, pathsOf } from '../../src/testing/index.js'

const door = createMachine({
  id: 'door',
  initial: 'shut',
  states: {
    shut: { on: { open: 'ajar.a', knock: { actions: assign({}) } } },
    ajar: { initial: 'a', states: { a: { on: { push: 'b' } }, b: {} }, on: { shut: 'shut' } },
  },
})
const shortest: PathOptions = { kind: 'shortest', limit: 100 }
const nothing = { open: () => {}, knock: () => {}, push: () => {}, shut: () => {} }
const states = ['shut', 'ajar.a', 'ajar.b']
const eventsOf = (options: PathOptions) => pathsOf(door, options).map(({ events }) => events.join(' '))

describe('paths', () => {
  it('take each transition once by the shortest way, those that stay in a state included', () => {
    expect(eventsOf(shortest).sort()).toEqual(['knock', 'open push shut', 'open shut'].sort())
  })

  it('visit no state twice when they are simple', () => {
    expect(eventsOf({ kind: 'simple', limit: 100 })).toEqual(['open push'])
  })

  it('keep to the events and the states asked for', () => {
    expect(eventsOf({ ...shortest, events: ['knock'] })).toEqual(['knock'])
    expect(eventsOf({ ...shortest, filter: state => !state.matches({ ajar: 'b' }) }).sort()).toEqual([
      'knock',
      'open shut',
    ])
  })

  it('are refused for a model that is larger than it is meant to be', () => {
    expect(() => pathsOf(door, { ...shortest, limit: 3 })).toThrow(
      'The search for shortest paths took more than 3 steps (limit). Raise limit',
    )
  })

  it('are refused, too, where few states have more simple paths between them than can be counted', () => {
    const rooms = Array.from({ length: 14 }, (_, room) => `room${room}`)
    const on = Object.fromEntries(rooms.map(room => [`to ${room}`, `#${room}`]))
    const house = createMachine({
      initial: 'room0',
      states: Object.fromEntries(rooms.map(room => [room, { id: room, on }])),
    })
    expect(() => pathsOf(house, { kind: 'simple', limit: 200 })).toThrow('The search for simple paths')
  })

  it('are as many of the model of a connection as the guide says', async () => {
    const guide = await readFile('docs/guides/model-based-tests.md', 'utf8')
    const said = Number(/Without the `filter` there are (\d+) paths/.exec(guide)?.[1])
    expect(pathsOf(connectionModel, { kind: 'shortest' })).toHaveLength(said)
  })

  it('are refused for an option that does not exist', () => {
    expect(() => pathsOf(door, { ...shortest, limt: 3 } as PathOptions)).toThrow('did you mean limit?')
  })

  it('are refused without a kind, or for one that does not exist', () => {
    for (const options of [undefined, {}, { kind: 'all' }])
      expect(() => pathsOf(door, options as never)).toThrow("pathsOf needs { kind: 'shortest' }")
  })

  it('are refused for an event that the model does not have', () => {
    expect(() => pathsOf(door, { ...shortest, events: ['konck'] })).toThrow("no event 'konck'")
  })
})

describe('the execution of a path', () => {
  const execute = async (changes: { events?: object; states?: string[]; check?: () => void }) => {
    for (const path of pathsOf(door, shortest)) {
      await path.execute({ events: nothing, states, check: () => {}, ...(changes as object) })
    }
  }

  it('does every event and checks every state, the first and the last included', async () => {
    const log: string[] = []
    const [path] = pathsOf(door, { ...shortest, events: ['open', 'push'] })
    await path?.execute({
      events: { open: () => void log.push('open'), push: () => void log.push('push') },
      states,
      check: ({ value }) => void log.push(leafName(value)),
    })
    expect(log).toEqual(['shut', 'open', 'ajar.a', 'push', 'ajar.b'])
  })

  it('fails for a mistyped event, and for a mistyped state', async () => {
    await expect(execute({ events: { ...nothing, pusch: () => {} } })).rejects.toThrow("no event 'pusch'")
    await expect(execute({ states: [...states, 'ajar.c'] })).rejects.toThrow("no state 'ajar.c'")
  })

  it('fails for an event that nobody does, and for a state that nobody checks', async () => {
    const { push: _push, ...without } = nothing
    await expect(execute({ events: without })).rejects.toThrow("No executor for the event 'push'")
    await expect(execute({ states: ['shut', 'ajar.a'] })).rejects.toThrow("No check for the state 'ajar.b'")
  })

  it('fails with a check that fails, and says on which path', async () => {
    const check = () => {
      throw new Error('not so')
    }
    await expect(execute({ check })).rejects.toThrow(/not so[\s\S]*Path:/)
  })
})

it('the leaves of a machine are its states without substates', () => {
  expect(leavesOf(door)).toEqual(states)
})
