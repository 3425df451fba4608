// A pool as a child of an application's own machine.
import { describe, expect, it } from 'vitest'
import { type ActorRefFrom, assign, createActor, fromCallback, type InspectionEvent, setup } from 'xstate'
import { type SimulatedConnection, type SimulatedDriver, simulated } from '../../src/db/simulated/index.js'
import { type PoolEmitted, type PoolLogic, type PoolOptions, poolLogic, poolOf } from '../../src/index.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

type Logic = PoolLogic<SimulatedConnection>

/** An application that has a pool while it serves. */
function appWith(driver: SimulatedDriver, clock: SimulatedClock, options: PoolOptions = {}) {
  return setup({
    types: { events: {} as { type: 'stop' } | { type: 'start' }, context: {} as { log: string[] } },
    actors: { pool: poolLogic(driver, { clock, random: () => 0, min: 1, max: 2, ...options }) },
    actions: {
      log: assign({ log: ({ context, event }) => [...context.log, event.type] }),
    },
  }).createMachine({
    context: { log: [] },
    initial: 'serving',
    on: { '*': { actions: 'log' } },
    states: {
      serving: {
        invoke: {
          id: 'pool',
          systemId: 'orders',
          src: 'pool',
          onDone: { target: 'stopped', actions: 'log' },
        },
        on: { stop: 'stopped' },
      },
      stopped: { on: { start: 'serving' } },
    },
  })
}

function startApp(options: PoolOptions = {}) {
  const clock = createSimulatedClock()
  const driver = simulated({ clock, unhealthyRate: 0 })
  const inspected: InspectionEvent[] = []
  const app = createActor(appWith(driver, clock, options), { inspect: event => inspected.push(event) })
  app.start()
  const actor = app.getSnapshot().children.pool as ActorRefFrom<Logic>
  return { clock, database: driver.database, app, actor, pool: poolOf(actor), inspected }
}

describe('a pool in an application’s actor system', () => {
  it('lends connections like one that createPool made', async () => {
    const { clock, pool } = startApp()
    await clock.advance(100)
    const answer = await pool.use((connection, lease) => [connection !== undefined, lease.id])
    expect(answer).toEqual([true, 1])
    expect(pool.stats()).toMatchObject({ state: 'running', idle: 1, acquired: 1, released: 1 })
  })

  it('is a child in the system: found by its id, seen by the inspector, with its connections', async () => {
    const { clock, app, actor, inspected } = startApp()
    await clock.advance(100)
    expect(app.system.get('orders')).toBe(actor)
    const actors = inspected.filter(({ type }) => type === '@xstate.actor').map(({ actorRef }) => actorRef)
    expect(actors).toEqual([app, actor, actor.getSnapshot().children['connection-1']])
    const states = inspected.flatMap(event =>
      event.type === '@xstate.snapshot' && event.actorRef === actor ? [event.snapshot] : [],
    )
    expect(states.at(-1)).toMatchObject({ value: 'running' })
  })

  it('is one and the same façade each time', () => {
    const { actor, pool } = startApp()
    expect(poolOf(actor)).toBe(pool)
    expect(pool.actor).toBe(actor)
  })

  it('ends at once with its parent: callers are told, leases revoked, connections destroyed, no timer is left', async () => {
    const { clock, database, app, pool } = startApp({ max: 1 })
    await clock.advance(100)
    const lease = await pool.acquire()
    const waiting = pool.acquire().catch(error => error)
    app.stop()
    expect(await waiting).toMatchObject({ code: 'POOL_CLOSED' })
    expect(() => lease.connection).toThrow(expect.objectContaining({ code: 'LEASE_REVOKED' }))
    expect(database.open).toBe(0)
    expect(clock.pending).toBe(0)
    expect(pool.stats()).toMatchObject({ state: 'closed', total: 0 })
  })

  it.each(['connecting', 'validating', 'closing', 'backing off'])(
    'leaves no timer when the state that invoked it is left while it is %s',
    async doing => {
      const { clock, database, app, pool } = startApp({ max: 1, validateAfter: 0 })
      if (doing !== 'connecting') await clock.advance(100)
      if (doing === 'validating') void pool.acquire().catch(() => {})
      if (doing === 'closing') pool.evict()
      if (doing === 'backing off') {
        database.stop()
        pool.evict()
        await clock.advance(200)
      }
      expect(clock.pending).toBeGreaterThan(0)
      app.send({ type: 'stop' })
      await clock.advance(0)
      expect([clock.pending, database.open]).toEqual([0, 0])
    },
  )

  it('tells its parent when it is closed', async () => {
    const { clock, app, pool } = startApp()
    await clock.advance(100)
    void pool.close()
    await clock.advance(100)
    expect(app.getSnapshot().value).toBe('stopped')
    expect(app.getSnapshot().context.log).toContain('xstate.done.actor.pool')
  })

  it('is a new pool when the state is entered again', async () => {
    const { clock, app, pool } = startApp()
    await clock.advance(100)
    app.send({ type: 'stop' })
    app.send({ type: 'start' })
    const again = poolOf(app.getSnapshot().children.pool as ActorRefFrom<Logic>)
    await clock.advance(100)
    expect(again).not.toBe(pool)
    expect([pool.stats().state, again.stats().state]).toEqual(['closed', 'running'])
  })

  it('keeps its deadlines by its own clock, whatever clock the system has', async () => {
    const { clock, database, pool } = startApp({ min: 0, connectTimeout: 700 })
    database.change({ connectLatency: 5_000 })
    const waiting = pool.acquire({ timeout: 10_000 }).catch(error => error)
    await clock.advance(699)
    expect(pool.stats().failedConnects).toBe(0)
    await clock.advance(1)
    expect(pool.stats().failedConnects).toBe(1)
    await clock.advance(10_000)
    expect(await waiting).toMatchObject({ code: 'ACQUIRE_TIMEOUT', obstacle: 'connects failing' })
  })

  it('starts anew from a persisted snapshot of the application', async () => {
    const { clock, app } = startApp()
    await clock.advance(100)
    const persisted = JSON.parse(JSON.stringify(app.getPersistedSnapshot()))
    const driver = simulated({ clock, unhealthyRate: 0 })
    const restored = createActor(appWith(driver, clock), { snapshot: persisted }).start()
    const pool = poolOf(restored.getSnapshot().children.pool as ActorRefFrom<Logic>)
    await clock.advance(100)
    expect(pool.stats()).toMatchObject({ state: 'running', idle: 1, acquired: 0 })
  })
})

describe('a pool’s actor', () => {
  it('emits what a parent may want to react to', async () => {
    const { clock, database, actor, pool } = startApp({ leakWarning: false })
    const emitted: PoolEmitted[] = []
    actor.on('*', event => emitted.push(event))
    await clock.advance(100)
    database.stop()
    pool.evict()
    await clock.advance(200)
    database.start()
    await clock.advance(1_000)
    pool.pause()
    pool.resume()
    pool.resize({ max: 3 })
    void pool.close()
    await clock.advance(1_000)
    expect(emitted.map(({ type }) => type)).toEqual([
      'pool.ready',
      'pool.evicted',
      'pool.down',
      'pool.recovered',
      'pool.ready',
      'pool.paused',
      'pool.resumed',
      'pool.ready',
      'pool.resized',
      'pool.draining',
      'pool.closed',
    ])
  })

  it('has its events sent to a parent by a callback actor', async () => {
    const clock = createSimulatedClock()
    const driver = simulated({ clock, unhealthyRate: 0 })
    const pool = createActor(poolLogic(driver, { clock, min: 1 }))
    const app = setup({
      types: { events: {} as PoolEmitted },
      actors: {
        events: fromCallback<PoolEmitted, typeof pool>(({ input, sendBack }) => {
          const subscription = input.on('*', sendBack)
          return () => subscription.unsubscribe()
        }),
      },
    }).createMachine({
      invoke: { src: 'events', input: pool },
      initial: 'starting',
      states: { starting: { on: { 'pool.ready': 'serving' } }, serving: {} },
    })
    const parent = createActor(app).start()
    pool.start()
    await clock.advance(100)
    expect(parent.getSnapshot().value).toBe('serving')
  })
})

describe('poolOf', () => {
  it.each([
    ['undefined', undefined],
    ['another actor', createActor(setup({}).createMachine({}))],
    ['a pool and not its actor', {}],
  ])('refuses %s, and says what it takes', (_what, actor) => {
    expect(() => poolOf(actor as never)).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining('poolLogic') }),
    )
  })
})

describe('poolLogic', () => {
  it('refuses bad options before there is an actor', () => {
    expect(() => poolLogic(simulated(), { max: 0 })).toThrow(
      expect.objectContaining({ code: 'OPTIONS_INVALID', option: 'max' }),
    )
  })
})

describe('a snapshot', () => {
  it('can be cloned, for a message to another thread, say', async () => {
    const { clock, actor } = startApp()
    await clock.advance(100)
    const { value, context } = structuredClone(actor.getPersistedSnapshot()) as unknown as {
      value: string
      context: { name: string }
    }
    expect([value, context.name]).toEqual(['running', expect.stringContaining('simulated')])
  })
})
