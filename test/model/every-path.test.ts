// Every path through the models of a connection's and a pool's life is walked by a real pool in simulated time, and the paths
// together take every state and every transition of the real machines, as the running system's own inspection events say.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import { type Execution, type ModelPath, pathsOf } from '../support/xstate-test.js'
import { executeConnection } from './connection-executor.js'
import { connectionModel } from './connection-model.js'
import { Coverage } from './coverage.js'
import { executePool } from './pool-executor.js'
import { poolModel } from './pool-model.js'
import { RunningSystem } from './running-system.js'

/** One use, nobody else in the line: whatever else can happen to a connection, in every order. */
const oneUse = ({ context }: AnyMachineSnapshot) =>
  context.uses <= 1 && context.waiting === 0 && !context.late
/** Opening, failing, backing off, lending, closing: in every order. */
const ups = ['a connect succeeds', 'a connect fails', 'the back-off is over', 'acquire', 'close']

const connectionPaths = {
  shortest: pathsOf(connectionModel, { kind: 'shortest', traversalLimit: 1_000 }),
  simple: pathsOf(connectionModel, { kind: 'simple', traversalLimit: 500, filter: oneUse }),
}
const poolPaths = {
  shortest: pathsOf(poolModel, { kind: 'shortest', traversalLimit: 12_000 }),
  simple: pathsOf(poolModel, { kind: 'simple', traversalLimit: 1_000, events: ups }),
}

const coverage = { connection: new Coverage(connectionMachine), pool: new Coverage(poolMachine) }
const see = (event: InspectionEvent): void => {
  coverage.connection.see(event)
  coverage.pool.see(event)
}

/** What the running system never does by itself, and why. */
const onlyByHand = {
  // The connections that were being opened are retired on the way in, and a driver's answer comes in a microtask of its own.
  'draining · connection.ready': 'connection.ready',
  // The timers are cleared on the way in, and a clock does not fire a timer that was cleared.
  'draining · acquire.due': 'acquire.due',
  'draining · growth.due': 'growth.due',
  'draining · maintenance.due': 'maintenance.due',
} as const

beforeAll(() => {
  // XState's development build warns of events that come too late, which is what these paths are about.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

function walk(paths: readonly ModelPath[], execution: (inspect: typeof see) => Execution): void {
  for (const path of paths) it(path.events.join(' → '), () => path.execute(execution(see)))
}

describe('a connection, by the shortest path through each transition of the model', () => {
  walk(connectionPaths.shortest, executeConnection)
})

describe('a connection, by every simple path of one use', () => {
  walk(connectionPaths.simple, executeConnection)
})

describe('a pool, by the shortest path through each transition of the model', () => {
  walk(poolPaths.shortest, executePool)
})

describe('a pool, by every simple path of opening, failing and lending', () => {
  walk(poolPaths.simple, executePool)
})

describe('nobody needs to look for it to be so', () => {
  it('a connection takes the same paths without an inspector', async () => {
    for (const path of connectionPaths.shortest) await path.execute(executeConnection())
  })

  it('a pool takes the same paths without an inspector', async () => {
    for (const path of poolPaths.shortest) await path.execute(executePool())
  })
})

describe('with validateAfter 0', () => {
  it('a connection that was made clean is validated for the caller who waited for it', async () => {
    const system = new RunningSystem({ min: 1, max: 1, validateAfter: 0 }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    await system.answer('validate', 'succeed')
    system.acquire()
    system.driver.needsResetAnswer = true
    system.lease.release()
    await system.answer('reset', 'succeed')
    expect(system.connectionStates).toEqual(['validating.checkout'])
    await system.answer('validate', 'succeed')
    expect(system.connectionStates).toEqual(['busy.lent'])
  })
})

describe('a pool beyond its model', () => {
  it('backs off from connections that are lost as soon as they are open', async () => {
    const system = new RunningSystem({ min: 1, max: 1 }, see)
    await system.answer('connect', 'succeed')
    system.driver.lose(1)
    await system.settle()
    expect(system.pool.stats().state).toBe('running')
    await system.answer('connect', 'succeed')
    system.driver.lose(2)
    await system.settle()
    expect(system.pool.stats()).toMatchObject({ state: 'backingOff', connecting: 0 })
  })

  it('is closed sooner by a second close with a shorter timeout', async () => {
    const system = new RunningSystem({ min: 1, max: 1 }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    system.close(5_000)
    system.close(1_000)
    await system.clock.advance(1_000)
    expect(system.leases).toEqual([])
    expect(system.closed).toBe(true)
  })
})

describe('the paths together', () => {
  it('are as many as they were when they were last looked at', () => {
    const count = (paths: readonly ModelPath[]) => paths.length
    expect([connectionPaths, poolPaths].map(({ shortest, simple }) => [shortest, simple].map(count))).toEqual(
      [
        [206, 294],
        [808, 635],
      ],
    )
  })

  it('take every state of both machines', () => {
    expect(coverage.connection.missingStates).toEqual([])
    expect(coverage.pool.missingStates).toEqual([])
  })

  it('take every transition of both machines, but those that nothing but a hand can cause', () => {
    expect(coverage.connection.missingTransitions).toEqual([])
    expect(coverage.pool.missingTransitions).toEqual(Object.keys(onlyByHand))
  })

  it('leave out what is harmless when it is done by hand', async () => {
    const system = new RunningSystem({ min: 1, max: 1, validateAfter: false }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    system.close(5_000)
    const [record] = Object.values(system.pool.actor.getSnapshot().children)
    for (const type of Object.values(onlyByHand)) {
      system.pool.actor.send({ type, connection: (record as AnyActorRef).getSnapshot().context.facts })
      await system.settle()
      expect(system.connectionStates).toEqual(['busy.retiring'])
      system.expectConsistent()
    }
    expect(coverage.pool.missingTransitions).toEqual([])
  })
})

afterAll(() => {
  const paths = [connectionPaths, poolPaths].flatMap(({ shortest, simple }) => [...shortest, ...simple])
  const steps = paths.reduce((sum, path) => sum + path.events.length, 0)
  console.info(
    [
      `${paths.length} paths of ${steps} steps, executed against the running pool`,
      `  ${coverage.connection}`,
      `  ${coverage.pool}, ${Object.keys(onlyByHand).length} of them by hand`,
    ].join('\n'),
  )
})
