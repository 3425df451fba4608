// The guide to model-based tests: its code, run; and what it says of the machines themselves.

import { createTestModel as createXStateTestModel } from '@xstate/test'
import { type PoolActorRef, type PoolEmitted, poolLogic, poolOf } from 'statepool'
import { connectionMachine, poolMachine } from 'statepool/machines'
import { type SimulatedConnection, type SimulatedDriver, simulated } from 'statepool/simulated'
import {
  answeredEvents,
  connectionModel,
  createSimulatedClock,
  type DriverUnderTest,
  executionOf,
  leafName,
  leavesOf,
  pathsOf,
  poolModel,
  type SimulatedClock,
  walk,
} from 'statepool/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  createMachine,
  type EventObject,
  fromCallback,
  fromPromise,
  setup,
} from 'xstate'
import { createTestModel, getShortestPaths } from 'xstate/graph'
import type { SmtpClient } from '../../examples/smtp-driver.js'
import { patience } from '../support/patience.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { smtpUnderTest } from './smtp-under-test.js'

beforeAll(() => {
  // XState's development build warns of events that come too late, which is what some paths are about.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

// #region driver
describe('a pool of SMTP connections', () => {
  let subject: DriverUnderTest<SmtpClient>
  beforeAll(async () => {
    subject = await smtpUnderTest()
  })
  afterAll(() => subject.stop())

  const alone = ({ context }: AnyMachineSnapshot) => context.waiting === 0 && context.uses < 2
  for (const path of pathsOf(connectionModel, { kind: 'shortest', filter: alone })) {
    it(path.events.join(' → '), () => walk(path, subject, { patience }))
  }
})
// #endregion

// #region graph
describe('with xstate/graph', () => {
  let subject: DriverUnderTest<SmtpClient>
  beforeAll(async () => {
    subject = await smtpUnderTest()
  })
  afterAll(() => subject.stop())

  const model = createTestModel(connectionModel)
  const ends = model.getShortestPaths({
    limit: 10_000,
    events: answeredEvents(connectionModel),
    toState: state => state.matches('closed'),
  })
  for (const path of ends.filter(({ steps }) => steps.length <= 5)) {
    it(path.description, async () => {
      const { events, check, finish } = executionOf(connectionModel, subject, { patience })
      await path.test({ events, states: { '*': check } }).finally(finish)
    })
  }
})
// #endregion

// #region machine
/** The machine under test: a shop that takes orders, and only shows its goods while the database is down. */
const shopMachine = (driver: SimulatedDriver, clock: SimulatedClock) =>
  setup({
    types: {
      context: {} as { pool: PoolActorRef<SimulatedConnection> },
      events: {} as PoolEmitted | { type: 'close' },
    },
    actors: {
      pool: poolLogic(driver, { clock, min: 1, max: 2, whenDown: 'fail', random: () => 0 }),
      poolEvents: fromCallback<PoolEmitted, PoolActorRef<SimulatedConnection>>(({ input, sendBack }) => {
        const subscription = input.on('*', sendBack)
        return () => subscription.unsubscribe()
      }),
      drain: fromPromise<void, PoolActorRef<SimulatedConnection>>(({ input }) => poolOf(input).close()),
    },
  }).createMachine({
    context: ({ spawn }) => ({ pool: spawn('pool', { id: 'pool' }) }),
    invoke: { src: 'poolEvents', input: ({ context }) => context.pool },
    initial: 'opening',
    on: { close: '.closing' },
    states: {
      opening: { on: { 'pool.ready': 'selling' } },
      selling: { on: { 'pool.down': 'showing' } },
      showing: { on: { 'pool.recovered': 'selling' } },
      closing: { invoke: { src: 'drain', input: ({ context }) => context.pool, onDone: 'closed' } },
      closed: { type: 'final' },
    },
  })
// #endregion

// #region model
/** What the shop should do, without effects and without time: what happens to it, and what a customer sees. */
const shopModel = createMachine({
  id: 'shop',
  initial: 'opening',
  states: {
    opening: { on: { 'the database answers': 'selling', 'closing time': 'closed' } },
    selling: { on: { 'the database goes down': 'showing', 'closing time': 'closed' } },
    showing: { on: { 'the database comes back': 'selling', 'closing time': 'closed' } },
    closed: { type: 'final' },
  },
})
// #endregion

// #region xstate-test
describe('the shop, with @xstate/test', () => {
  /** Each transition of the model, by the shortest way: without it, only each state. */
  const perTransition = (state: AnyMachineSnapshot, event?: EventObject, previous?: AnyMachineSnapshot) =>
    `${state.value} via ${event?.type} from ${previous?.value}`

  const model = createXStateTestModel(shopModel)
  for (const path of model.getShortestPaths({ traversalLimit: 100, serializeState: perTransition })) {
    it(path.description, async () => {
      const clock = createSimulatedClock()
      const driver = simulated({ clock })
      const shop = createActor(shopMachine(driver, clock)).start()
      await path.test({
        events: {
          'the database answers': () => clock.advance(1_000),
          'the database goes down': () => {
            driver.database.stop()
            return clock.advance(1_000)
          },
          'the database comes back': () => {
            driver.database.start()
            return clock.advance(60_000)
          },
          'closing time': () => {
            shop.send({ type: 'close' })
            return clock.advance(60_000)
          },
        },
        states: {
          '*': ({ value }) => {
            expect(shop.getSnapshot().value).toBe(value)
            if (value === 'closed') expect(driver.database.open).toBe(0)
          },
        },
      })
    })
  }
})
// #endregion

describe('the guide says of', () => {
  const machines: [string, AnyStateMachine, AnyStateMachine][] = [
    ['connectionMachine', connectionMachine, connectionModel],
    ['poolMachine', poolMachine, poolModel],
  ]

  it.each(machines)('%s that createTestModel refuses it, and takes its model', (_name, machine, model) => {
    for (const create of [createTestModel, createXStateTestModel] as ((
      machine: AnyStateMachine,
    ) => unknown)[]) {
      expect(() => create(machine)).toThrow('After events on test machines are not supported')
      expect(create(model)).toBeDefined()
    }
  })

  it('getShortestPaths that it finds no end in poolMachine, and one in its model', () => {
    const { pool } = poolInSimulatedTime({ min: 1, max: 2 })
    const machine: AnyStateMachine = poolMachine
    expect(() => getShortestPaths(machine, { fromState: pool.actor.getSnapshot(), limit: 1_000 })).toThrow(
      'limit exceeded',
    )
    expect(getShortestPaths(poolModel, { limit: 50_000 }).length).toBeGreaterThan(100)
  })

  it('getShortestPaths that it needs an input for a machine, and that it walks through a model without one', () => {
    const machine: AnyStateMachine = poolMachine
    expect(() => getShortestPaths(machine, { limit: 1_000 })).toThrow('Unable to evaluate guard')
    const reached = getShortestPaths(connectionModel, { limit: 10_000 }).map(({ state }) =>
      leafName(state.value),
    )
    expect(new Set(reached)).toEqual(new Set(leavesOf(connectionModel)))
  })
})
