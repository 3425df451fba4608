// The machines as files that other tools open, and as definitions whose every name means something.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type AnyActorRef, type AnyStateMachine, type AnyStateNode, setup } from 'xstate'
import { createPool } from '../../src/index.js'
import {
  connectionMachine,
  fleetMemberMachine,
  hostMachine,
  poolMachine,
  sizeFinderMachine,
} from '../../src/machines/index.js'
import { connectionModel, createSimulatedClock, poolModel } from '../../src/testing/index.js'
import { ScriptedDriver } from '../support/scripted-driver.js'
import { sourceFiles } from './import-graph.js'
import { nameMistakes } from './machine-walk.js'

const machines: [string, AnyStateMachine][] = [
  ['connectionMachine', connectionMachine],
  ['poolMachine', poolMachine],
  ['fleetMemberMachine', fleetMemberMachine],
  ['hostMachine', hostMachine],
  ['sizeFinderMachine', sizeFinderMachine],
  ['connectionModel', connectionModel],
  ['poolModel', poolModel],
]

describe('every delay, action and guard', () => {
  it.each(machines)(
    'that %s names is implemented, and each that is implemented is used',
    (_name, machine) => {
      expect(nameMistakes(machine)).toEqual([])
    },
  )

  it('is missed when it is mistyped, or left over', () => {
    const mistyped = setup({
      delays: { timeout: 1, leftOver: 1 },
      actions: { leave: () => {}, enter: () => {} },
      guards: { isOpen: () => true },
    }).createMachine({
      initial: 'a',
      states: { a: { after: { timeuot: 'b', 100: 'b' }, entry: 'enter' }, b: {} },
    })
    expect(nameMistakes(mistyped)).toEqual([
      "actions: 'leave' is not used",
      "guards: 'isOpen' is not used",
      "delays: 'timeuot' is not implemented",
      "delays: 'timeout' is not used",
      "delays: 'leftOver' is not used",
    ])
  })
})

describe('a chart with transitions that need no event', () => {
  it.each([connectionMachine, poolMachine])(
    '($id) ends with an error, and not never, if they go in a circle',
    machine => {
      expect(machine.options).toEqual({ maxIterations: 100 })
      expect(machine.provide({}).options).toEqual({ maxIterations: 100 })
    },
  )

  it('is one of these', () => {
    const hasAlways = (node: AnyStateNode): boolean =>
      node.always !== undefined || Object.values<AnyStateNode>(node.states).some(hasAlways)
    const those = machines.filter(([name, { root }]) => name.endsWith('Machine') && hasAlways(root))
    expect(those.map(([name]) => name)).toEqual(['connectionMachine', 'poolMachine'])
  })
})

describe('the running system', () => {
  it('provides every effect that the machines leave to it', () => {
    const pool = createPool(new ScriptedDriver(), { clock: createSimulatedClock(), min: 1 })
    const [connection] = Object.values(pool.actor.getSnapshot().children) as AnyActorRef[]
    const running: [AnyStateMachine, AnyStateMachine][] = [
      [poolMachine, pool.actor.getSnapshot().machine],
      [connectionMachine, connection?.getSnapshot().machine],
    ]
    for (const [plain, provided] of running) {
      // An effect that is left to the system stands as one and the same empty function.
      const empty = plain.implementations.actions[plain === poolMachine ? 'lend' : 'connect']
      const left = Object.entries(provided.implementations.actions).filter(([, action]) => action === empty)
      expect(left.map(([name]) => name)).toEqual([])
    }
  })
})

describe('a machine’s file', () => {
  const withMachine = (text: string) => /\.createMachine\(|\bcreateMachine\(/.test(text)
  /** What Stately's editor and extension need: it reads one literal, and follows no variable. */
  const isReadable = (text: string) =>
    text.match(/\bcreateMachine\(/g)?.length === 1 &&
    /\.createMachine\(\{\n {2}id: '\w+',\n/.test(text) &&
    !/createStateConfig|createMachine\([a-zA-Z]|\n {2,}(states|on|after|always)(,|: \w)|\.\.\.(?!input)/.test(
      text.slice(text.indexOf('createMachine(')),
    )

  const files = sourceFiles('src').filter(
    file =>
      !file.startsWith('src/machines/compiled/') &&
      !file.startsWith('src/cli/') && // reads machines of others
      withMachine(readFileSync(file, 'utf8').replace(/^ *(\/\/|\*|\/\*).*$/gm, '')),
  )

  it('is one for each machine', () => {
    expect(files).toEqual([
      'src/machines/connection.ts',
      'src/machines/fleet-member.ts',
      'src/machines/host.ts',
      'src/machines/pool.ts',
      'src/machines/size-finder.ts',
      'src/testing/model/connection-model.ts',
      'src/testing/model/pool-model.ts',
    ])
  })

  it.each(files)('%s holds one literal definition with an id', file => {
    expect(isReadable(readFileSync(file, 'utf8').replace(/^ *(\/\/|\*|\/\*).*$/gm, ''))).toBe(true)
  })

  it.each([
    ['two machines', "x.createMachine({\n  id: 'a',\n})\ny.createMachine({\n  id: 'b',\n})"],
    ['no id', "x.createMachine({\n  initial: 'a',\n})"],
    ['a variable for its definition', 'x.createMachine(definition)'],
    ['states from a variable', "x.createMachine({\n  id: 'a',\n  states: all,\n})"],
    ['states from shorthand', "x.createMachine({\n  id: 'a',\n  states,\n})"],
    ['spread states', "x.createMachine({\n  id: 'a',\n  states: { ...more },\n})"],
  ])('would not be readable with %s', (_what, text) => {
    expect(isReadable(text)).toBe(false)
  })
})
