// pool.transitions tells what XState's own inspection would tell of the same life, and nothing runs differently for it.

import { describe, expect, it, vi } from 'vitest'
import {
  type AnyActorRef,
  type AnyMachineSnapshot,
  createActor,
  createMachine,
  type StateValue,
} from 'xstate'
import { type SimulatedConnection, simulated } from '../../src/db/simulated/index.js'
import { createPool, type Pool, type PoolTransition, poolLogic, poolOf } from '../../src/index.js'
import { run } from '../../src/testing/run.js'
import { drawStory } from '../../src/testing/story.js'
import { createPoolAsChild } from '../support/pool-as-child.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

/** Whether the tests run on an XState that is not known, where XState's inspection tells all. */
const isInterpreted = process.env.STATEPOOL_INTERPRETED === 'yes'

type Told = Omit<PoolTransition, 'at'>

const dotted = (value: StateValue): string =>
  typeof value === 'string'
    ? value
    : Object.entries(value)
        .map(([key, inner]) => `${key}.${dotted(inner as StateValue)}`)
        .join()

/** Tells actors apart whose id is the same, as a connection's is again after its end: `connection-1, life 2`. */
class Lives {
  readonly #counts = new Map<string, number>()
  readonly #names = new Map<unknown, string>()

  begin(id: string, key: unknown): void {
    const count = (this.#counts.get(id) ?? 0) + 1
    this.#counts.set(id, count)
    this.#names.set(key, `${id}, life ${count}`)
  }

  of(key: unknown, id: string): string {
    return this.#names.get(key) ?? `${id}, never begun`
  }
}

/** The same from XState's inspection events. */
function followInspection(pool: Pool<unknown>, told: Told[]): void {
  const states = new Map<AnyActorRef, string>()
  const actors = [pool.actor, ...Object.values(pool.actor.getSnapshot().children)] as AnyActorRef[]
  const lives = new Lives()
  for (const actor of actors) {
    states.set(actor, dotted(actor.getSnapshot().value))
    lives.begin(actor.id, actor)
  }
  pool.actor.system.inspect(event => {
    const actor = event.actorRef as AnyActorRef
    if (event.type !== '@xstate.snapshot' || !(actor === pool.actor || actor._parent === pool.actor)) return
    const to = dotted((event.snapshot as AnyMachineSnapshot).value)
    if (!states.has(actor)) lives.begin(actor.id, actor)
    told.push({ actor: lives.of(actor, actor.id), event: event.event.type, from: states.get(actor), to })
    states.set(actor, to)
  })
}

function followTap(pool: Pool<unknown>, told: Told[]): void {
  const lives = new Lives()
  for (const id of ['pool', ...Object.keys(pool.actor.getSnapshot().children)]) lives.begin(id, id)
  pool.transitions(({ at: _, actor, ...transition }) => {
    if (transition.from === undefined) lives.begin(actor, actor)
    told.push({ actor: lives.of(actor, actor), ...transition })
  })
}

/** One life of a pool. The end of an actor is told to its parent before XState tells inspectors of it; so each actor is looked at by itself. */
async function life(
  seed: number,
  follow: (pool: Pool<unknown>, told: Told[]) => void,
  make: typeof createPool = createPool,
): Promise<Map<string, Told[]>> {
  const told: Told[] = []
  await run(drawStory(seed, 40, { pool: undefined, database: undefined, weights: undefined }), {
    seed,
    clients: [],
    tolerate: () => true,
    make: (driver, options) => {
      const pool = make(driver, options)
      follow(pool as Pool<unknown>, told)
      return pool
    },
  })
  const byActor = new Map<string, Told[]>()
  for (const transition of told)
    byActor.set(transition.actor, [...(byActor.get(transition.actor) ?? []), transition])
  return byActor
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

describe.each([
  ['with a system of its own', createPool],
  ['in a system of the application’s', createPoolAsChild],
])('of a pool %s', (_, make) => {
  it.each(seeds)('are those that XState’s inspection tells of the same life (seed %i)', async seed => {
    const tapped = await life(seed, followTap, make)
    expect(tapped).toEqual(await life(seed, followInspection, make))
    expect([...tapped.keys()]).toContain('pool, life 1')
  })

  it.each(seeds.slice(0, 5))('are the same while an inspector is attached (seed %i)', async seed => {
    const inspected: Told[] = []
    const both = (pool: Pool<unknown>, told: Told[]) => {
      followInspection(pool, inspected)
      followTap(pool, told)
    }
    const tapped = await life(seed, both, make)
    expect([...tapped.values()].flat()).toHaveLength(inspected.length)
    expect(tapped).toEqual(await life(seed, followTap, make))
  })
})

it('tell of each event when it was sent, by the pool’s clock, and of the way from state to state', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const told: PoolTransition[] = []
  const stop = pool.transitions(transition => told.push(transition))
  const at = clock.now()
  const lease = await pool.acquire()
  await clock.advance(7)
  lease.release()
  expect(told).toEqual([
    { at, actor: 'connection-1', event: 'checkout', from: 'idle', to: 'busy.leased' },
    { at, actor: 'pool', event: 'acquire', from: 'running', to: 'running' },
    { at: at + 7, actor: 'connection-1', event: 'release', from: 'busy.leased', to: 'idle' },
  ])
  stop()
  stop()
  await pool.use(() => {})
  expect(told).toHaveLength(3)
})

it('begin with the start of an actor that starts while somebody looks', async () => {
  const clock = createSimulatedClock()
  const actor = createActor(poolLogic(simulated({ clock }), { clock, min: 1, max: 1 }), { id: 'orders' })
  const told: PoolTransition[] = []
  poolOf(actor).transitions({ next: transition => told.push(transition) })
  actor.start()
  const starts = told.filter(({ from }) => from === undefined)
  expect(starts).toHaveLength(2)
  expect(starts).toEqual(
    expect.arrayContaining([
      { at: 0, actor: 'orders', event: 'xstate.init', from: undefined, to: 'starting' },
      { at: 0, actor: 'connection-1', event: 'xstate.init', from: undefined, to: 'connecting' },
    ]),
  )
  actor.stop()
})

it('are told to all who look, and to each until it stops', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const seen: string[] = []
  const stops = ['a', 'b', 'c'].map(name => pool.transitions(({ event }) => seen.push(`${name} ${event}`)))
  await pool.use(() => {})
  expect(seen.filter(line => line.endsWith('release'))).toEqual(['a release', 'b release', 'c release'])
  stops[0]?.()
  stops[2]?.()
  seen.length = 0
  await pool.use(() => {})
  expect(seen).toEqual(['b checkout', 'b acquire', 'b release'])
})

it('are those of the one pool, and not of another in the same system', async () => {
  const clock = createSimulatedClock()
  const logic = poolLogic(simulated({ clock, unhealthyRate: 0 }), { clock, min: 1 })
  const app = createActor(
    createMachine({
      invoke: [
        { id: 'one', src: logic },
        { id: 'two', src: logic },
      ],
    }),
  ).start()
  const [one, two] = ['one', 'two'].map(id =>
    poolOf((app.getSnapshot().children as Record<string, Pool<SimulatedConnection>['actor']>)[id] as never),
  ) as [Pool<unknown>, Pool<unknown>]
  await clock.advance(100)
  const told: PoolTransition[] = []
  one.transitions(transition => told.push(transition))
  await two.use(() => {})
  expect(told).toEqual([])
  await one.use(() => {})
  expect(told).toHaveLength(3)
  app.stop()
})

it.skipIf(isInterpreted)('are not interpreted for it', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  await pool.use(() => {})
  const before = pool.actor.getSnapshot()
  pool.transitions(() => {})
  const interpret = vi.spyOn(before.machine, 'transition')
  await pool.use(() => {})
  expect(interpret).not.toHaveBeenCalled()
  interpret.mockRestore()
})
