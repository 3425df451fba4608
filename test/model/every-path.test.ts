// The paths through the models of a connection's and a pool's life are walked by a real pool in simulated time, and the paths
// together take every state and every transition of the real machines, as the running system's own inspection events say.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AnyActorRef, AnyMachineSnapshot, InspectionEvent } from 'xstate'
import type { PoolError } from '../../src/index.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import {
  connectionModel,
  type HookName,
  leafName,
  type ModelPath,
  pathsOf,
  poolModel,
  walk,
} from '../../src/testing/index.js'
import { patience } from '../support/patience.js'
import { cases } from '../support/seeds.js'
import { BareTwins } from './bare-twins.js'
import { Coverage } from './coverage.js'
import { inMemory } from './in-memory.js'
import { RunningSystem } from './running-system.js'

/** One use, nobody else in the queue: whatever else can happen to a connection, in every order. */
const oneUse = ({ context }: AnyMachineSnapshot) =>
  context.uses <= 1 && context.waiting === 0 && !context.late
/** What hooks do, and sharing, is walked by the shortest paths; what throws ends a connection as what fails does. */
const unhooked = connectionModel.events.filter(event => !/throws|share|signal|cancel/.test(event))
/** Opening, failing, backing off, lending, closing: in every order. */
const ups = ['a connect succeeds', 'a connect fails', 'the back-off is over', 'acquire', 'close']

const connectionPaths = {
  shortest: pathsOf(connectionModel, { kind: 'shortest', limit: 3_000 }),
  simple: pathsOf(connectionModel, { kind: 'simple', limit: 3_000, events: unhooked, filter: oneUse }),
}
/** What an operator does, and what can happen meanwhile. */
const operated = [
  ...['pause', 'resume', 'evict', 'close', 'acquire', 'release', 'a caller gives up', 'the callers time out'],
  ...['a connect succeeds', 'a connect fails', 'the back-off is over', 'release one that retires'],
  ...['release and crash', 'a leased one is lost', 'an idle one is lost', 'resize to none or one'],
]
const unoperated = poolModel.events.filter(event => !['pause', 'resume', 'evict'].includes(event))

const nameOf = ({ events }: ModelPath): string => events.join(' → ')
const shortest = pathsOf(poolModel, { kind: 'shortest', limit: 12_000, events: unoperated })
const names = new Set(shortest.map(nameOf))

const poolPaths = {
  shortest,
  operated: pathsOf(poolModel, { kind: 'shortest', limit: 12_000, events: operated }).filter(
    path => !names.has(nameOf(path)), // every fifth is among those already
  ),
  simple: pathsOf(poolModel, { kind: 'simple', limit: 1_000, events: ups }),
}

/** These paths differ from each other by little, or are walked a second time: all in CI, and every fifth elsewhere. */
const every = cases({ all: 1, some: 5 })
const some = (paths: readonly ModelPath[]) => paths.filter((_, index) => index % every === 0)
const walked = { connection: some(connectionPaths.simple), pool: some(poolPaths.simple) }

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

/** The pools of these paths share no budget: test/budget/port.test.ts takes the transitions of those that do. */
const missing = () =>
  coverage.pool.missingTransitions.filter(name => !/budget\.|\[is(BudgetSpent|HeldBack)\]/.test(name))

beforeAll(() => {
  // XState's development build warns of events that come too late, which is what these paths are about.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

/** One test for all of them: what fails says on which path. */
const walkAll = (paths: readonly ModelPath[], hooks?: readonly HookName[]) => async () => {
  for (const path of paths) {
    const twins = new BareTwins()
    const inspect = (event: InspectionEvent) => {
      see(event)
      twins.see(event)
    }
    await walk(path, inMemory(), { inspect, patience, ...(hooks && { hooks }) })
    if (twins.steps === 0 || twins.differences.length > 0)
      expect.fail(`${nameOf(path)}:\n${twins.differences.join('\n') || 'no step was seen'}`)
  }
}

describe('a connection,', () => {
  const { shortest } = connectionPaths
  // Without onReturn: a connection that comes back then goes to the next caller at once.
  const unreturned = shortest.filter(({ events }) => !events.some(event => event.includes('onReturn')))

  it('by the shortest path through each transition of the model', walkAll(shortest))
  it(
    'about which the application is asked before each lease, by the same paths',
    walkAll(some(unreturned), ['onConnect', 'onLend']),
  )
  it(`by every simple path of one use, of which it walks one in ${every}`, walkAll(walked.connection))
})

describe('a pool,', () => {
  it('by the shortest path through each transition of the model', walkAll(poolPaths.shortest))
  it(
    'paused, resumed and evicted, by the shortest path through each transition of the model',
    walkAll(poolPaths.operated),
  )
  it(
    `by every simple path of opening, failing and lending, of which it walks one in ${every}`,
    walkAll(walked.pool),
  )
})

describe('nobody needs to look for it to be so', () => {
  it('a connection takes the same paths without an inspector', async () => {
    for (const path of some(connectionPaths.shortest)) await walk(path, inMemory())
  })

  it('a pool takes the same paths without an inspector', async () => {
    for (const path of some([...poolPaths.shortest, ...poolPaths.operated])) await walk(path, inMemory())
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
    expect(system.connectionStates).toEqual(['busy.leased'])
  })
})

const firstConnectionOf = (system: RunningSystem) =>
  Object.values(system.pool.actor.getSnapshot().children)[0] as AnyActorRef

describe('a connection beyond its model', () => {
  it('keeps the caller for whom it is validated when it declines another one', async () => {
    const system = new RunningSystem({ min: 1, max: 1, validateAfter: 0 }, see)
    await system.answer('connect', 'succeed')
    system.acquire()
    await system.settle()
    firstConnectionOf(system).send({ type: 'checkout', request: { waits: false }, at: 0 })
    await system.answer('validate', 'succeed')
    expect(system.leases).toHaveLength(1)
  })

  it('is leased to the next caller when the one that it was opened for gives up at that moment', async () => {
    const system = new RunningSystem({ min: 0, max: 1 }, see)
    let gaveUp = false
    system.pool.actor.subscribe(() => {
      if (gaveUp || system.pool.stats().opened === 0) return
      gaveUp = true
      system.giveUp()
    })
    system.acquire()
    system.acquire()
    await system.answer('connect', 'succeed')
    expect(system.connectionStates).toEqual(['busy.leased'])
    expect(system.callers.map(({ error }) => (error as PoolError | undefined)?.code)).toEqual([
      'ACQUIRE_ABORTED',
      undefined,
    ])
  })

  it('stays idle when it is checked out for a caller who has given up', async () => {
    const system = new RunningSystem({ min: 1, max: 1 }, see)
    await system.answer('connect', 'succeed')
    firstConnectionOf(system).send({ type: 'checkout', request: { waits: false }, at: 0 })
    expect(system.connectionStates).toEqual(['idle'])
    expect(system.pool.stats()).toMatchObject({ idle: 1, acquired: 0 })
  })

  it.each(['running', 'backingOff', 'paused', 'draining'])(
    'that crashes is replaced or forgotten by a pool that is %s',
    async state => {
      const system = new RunningSystem({ min: 2, max: 2 }, see)
      await system.answer('connect', 'succeed')
      const connection = firstConnectionOf(system)
      if (state === 'backingOff') await system.answer('connect', 'fail')
      else await system.answer('connect', 'succeed')
      if (state === 'paused') system.pool.pause()
      if (state === 'draining') {
        system.acquire()
        system.acquire()
        await system.settle()
        system.close(5_000)
      }
      // By hand: nothing that a driver does gets as far as this.
      Object.defineProperty(connection.getSnapshot().context.facts, 'ending', {
        configurable: true,
        get: () => undefined,
        set() {
          Reflect.deleteProperty(this, 'ending')
          throw new Error('scripted: a bug in an action')
        },
      })
      connection.send({ type: 'destroy' })
      await system.settle()
      expect(connection.getSnapshot().status).toBe('error')
      expect(system.pool.stats()).toMatchObject({ state, closed: 1 })
    },
  )
})

describe('a pool beyond its model', () => {
  const leafOf = (system: RunningSystem) => leafName(system.pool.actor.getSnapshot().value)

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

  it('refuses who would have to wait for a database that is down, if it is told to', async () => {
    const system = new RunningSystem({ min: 1, max: 1, whenDown: 'fail' }, see)
    system.acquire()
    await system.answer('connect', 'fail')
    system.acquire()
    await system.settle()
    expect(system.callers.map(({ error }) => (error as PoolError).code)).toEqual([
      'DATABASE_DOWN',
      'DATABASE_DOWN',
    ])
  })

  it('tries again soon for those whom it refused, and by itself if no caller comes', async () => {
    const system = new RunningSystem({ min: 0, max: 2, whenDown: 'fail' }, see)
    system.acquire()
    system.acquire()
    await system.answer('connect', 'fail')
    system.acquire()
    await system.answer('connect', 'fail') // the second one that was under way
    expect(leafOf(system)).toBe('backingOff.urged')
    await system.passUntil(() => leafOf(system) === 'backingOff.probing', 10)
    system.acquire()
    await system.answer('connect', 'fail')
    expect(leafOf(system)).toBe('backingOff.waiting')
    await system.passUntil(() => leafOf(system) === 'backingOff.probing', 10)
    expect(system.waiting).toEqual([])
  })

  it('begins a long back-off again, a shorter one, when all are evicted', async () => {
    const system = new RunningSystem({ min: 1, max: 1 }, see)
    for (let failures = 0; failures < 6; failures++) {
      await system.passUntil(() => system.pool.stats().connecting === 1, 10)
      await system.answer('connect', 'fail')
    }
    const { backoff } = system.pool.actor.getSnapshot().context
    system.pool.evict()
    expect(leafOf(system)).toBe('backingOff.waiting')
    await system.clock.advance(500)
    expect([backoff > 1_000, leafOf(system)]).toEqual([true, 'backingOff.probing'])
  })

  it('says goodbye to one that is being made clean once, however often it is told to', async () => {
    const system = new RunningSystem({ min: 1, max: 1 }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    system.driver.needsResetAnswer = true
    system.lease.release()
    system.pool.evict()
    system.close(1_000)
    await system.settle()
    expect(system.connectionStates).toEqual(['validating.return.leaving'])
    await system.answer('reset', 'succeed')
    expect(system.connectionStates).toEqual(['closing.graceful'])
    await system.answer('close', 'succeed')
    expect(system.closed).toBe(true)
  })

  it('keeps the connection of a caller for whom it is validated when it is paused meanwhile', async () => {
    const system = new RunningSystem({ min: 1, max: 1, validateAfter: 0 }, see)
    await system.answer('connect', 'succeed')
    system.acquire()
    await system.settle()
    system.pool.pause()
    await system.answer('validate', 'succeed')
    expect(system.connectionStates).toEqual(['idle'])
    expect(system.waiting).toHaveLength(1)
  })

  it.each(['waiting', 'urged'])(
    'is not persuaded by one more that opens while others end at once (%s)',
    async substate => {
      const whenDown = substate === 'urged' ? 'fail' : 'wait'
      const system = new RunningSystem({ min: 2, max: 2, maxConnecting: 2, whenDown }, see)
      for (let connection = 1; connection <= 3; connection++) {
        await system.answer('connect', 'succeed')
        system.driver.lose(connection)
        await system.settle()
      }
      expect(leafOf(system)).toBe('backingOff.waiting')
      if (substate === 'urged') system.acquire()
      await system.answer('connect', 'succeed')
      expect([leafOf(system), system.pool.stats().idle]).toEqual([`backingOff.${substate}`, 1])
    },
  )

  it('tries nothing for them while there is no room, because a connection is being closed', async () => {
    const system = new RunningSystem({ min: 0, max: 2, maxUses: 1, whenDown: 'fail' }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    system.acquire()
    await system.settle()
    system.lease.release() // it was used up: its goodbye is awaited
    await system.answer('connect', 'fail')
    system.resize(0, 1)
    system.acquire()
    await system.settle()
    expect([leafOf(system), system.pool.stats().closing]).toEqual(['backingOff.urged', 1])
    await system.passUntil(() => leafOf(system) === 'backingOff.waiting', 10)
    expect(system.pool.stats()).toMatchObject({ connecting: 0, closing: 1 })
  })

  it('refuses who does not want to wait at all while it is paused', async () => {
    const system = new RunningSystem({ min: 1, max: 1, maxWaiting: 0 }, see)
    await system.answer('connect', 'succeed')
    system.pool.pause()
    system.acquire(0)
    system.acquire(1_000)
    await system.settle()
    expect(system.callers.map(({ error }) => (error as PoolError | undefined)?.code)).toEqual([
      'POOL_PAUSED',
      'QUEUE_FULL',
    ])
  })

  it('opens nothing for those who wait while it is paused, also when it was about to', async () => {
    const system = new RunningSystem({ min: 1, max: 3 }, see)
    await system.clock.advance(100)
    await system.answer('connect', 'succeed') // slow to open …
    system.acquire()
    await system.settle()
    system.lease.release() // … and soon back: better to wait for it, and to look again
    for (let callers = 0; callers < 3; callers++) system.acquire()
    await system.settle()
    system.pool.pause()
    await system.clock.advance(60)
    expect(system.connectionStates).toEqual(['busy.leased', 'connecting'])
  })

  it('has a connect tried for each caller in turn until there has been one, and the next one for all who ask meanwhile', async () => {
    const system = new RunningSystem({ min: 0, max: 2, maxConnecting: 1, whenDown: 'fail-until-up' }, see)
    const refused = () => system.callers.map(({ error }) => (error as PoolError | undefined)?.code ?? 'waits')
    system.acquire()
    await system.answer('connect', 'fail')
    system.acquire() // while the pool waits …
    system.acquire() // … and while it tries
    await system.settle()
    expect(refused()).toEqual(['DATABASE_DOWN', 'waits', 'waits'])
    await system.answer('connect', 'fail')
    expect(refused()).toEqual(['DATABASE_DOWN', 'DATABASE_DOWN', 'waits'])
    await system.answer('connect', 'fail')
    expect(refused()).toEqual(['DATABASE_DOWN', 'DATABASE_DOWN', 'DATABASE_DOWN'])
    system.acquire()
    await system.settle()
    await system.answer('connect', 'succeed')
    expect(system.leases).toHaveLength(1)
  })

  it('sheds load while callers come too fast, and no longer', async () => {
    const system = new RunningSystem({ min: 1, max: 1, shed: { target: 50, interval: 100 } }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    system.acquire()
    await system.clock.advance(150)
    expect(leafOf(system)).toBe('shedding')
    system.acquire()
    await system.clock.advance(50)
    expect(system.callers.map(({ error }) => (error as PoolError | undefined)?.code)).toEqual([
      undefined,
      'OVERLOADED',
      'OVERLOADED',
    ])
    expect(leafOf(system)).toBe('shedding')
    await system.clock.advance(50)
    expect(leafOf(system)).toBe('running')
  })

  it('tells of leases that are held for too long, in whatever state it is', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const system = new RunningSystem({ min: 1, max: 1, leakWarning: 1_000 }, see)
    system.acquire()
    await system.answer('connect', 'succeed')
    await system.clock.advance(500)
    system.close(5_000)
    await system.clock.advance(500)
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(system.pool.stats()).toMatchObject({ state: 'draining', busy: 1, leaked: 1 })
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
        [442, 567],
        [827, 635],
      ],
    )
  })

  it('take every state of both machines', () => {
    expect(coverage.connection.missingStates).toEqual([])
    expect(coverage.pool.missingStates).toEqual([])
  })

  it('take every transition of both machines, but those that nothing but a hand can cause', () => {
    expect(coverage.connection.missingTransitions).toEqual([])
    expect(missing()).toEqual(Object.keys(onlyByHand))
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
      expect([system.leases.length, system.pool.stats().busy]).toEqual([1, 1])
    }
    expect(missing()).toEqual([])
  })
})

afterAll(() => {
  const { connection, pool } = walked
  const paths = [...connectionPaths.shortest, ...connection, ...poolPaths.shortest, ...pool]
  const steps = paths.reduce((sum, path) => sum + path.events.length, 0)
  console.info(
    [
      `${paths.length} paths of ${steps} steps, executed against the running pool`,
      `  ${coverage.connection}`,
      `  ${coverage.pool}, ${Object.keys(onlyByHand).length} of them by hand`,
    ].join('\n'),
  )
})
