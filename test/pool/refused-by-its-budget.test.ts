// A pool as an actor logic whose budget refuses it when it starts: nothing of it is left.
import { expect, it } from 'vitest'
import { createActor, initialTransition, setup, transition } from 'xstate'
import { simulated } from '../../src/db/simulated/index.js'
import { fleet, memoryEngine } from '../../src/fleet/index.js'
import { createPool, type PoolOptions, poolGroup, poolLogic, poolOf } from '../../src/index.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

const budgets: [string, (clock: SimulatedClock) => PoolOptions][] = [
  ['group', () => ({ group: poolGroup({ max: 3 }) })],
  ['fleet', clock => ({ fleet: fleet({ name: 'any', connections: 3, engine: memoryEngine({ clock }) }) })],
]

it.each(budgets)(
  'a pool that its %s refuses leaves no timer and no name behind, and says why',
  async (_kind, budget) => {
    const clock = createSimulatedClock()
    const options = { name: 'refused', clock, adaptive: true, leakWarning: 100, ...budget(clock) }
    const newActor = (min: number) =>
      createActor(poolLogic(simulated({ clock }), { ...options, shed: true, min, max: 8 }))
    const actor = newActor(4)
    const errors: unknown[] = []
    actor.subscribe({ error: error => errors.push(error) })
    actor.start()
    expect(errors).toEqual([expect.objectContaining({ code: 'OPTIONS_INVALID', option: 'min' })])
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(() => poolOf(actor)).toThrow(errors[0] as Error)
    await using next = createPool(simulated({ clock }), { ...options, min: 0 })
    expect(next.name).toBe('refused')
    void clock.advance(1_000)
  },
)

it.each(budgets)(
  'a pool whose actor never starts takes no name, and no part of its %s: XState makes such actors in pure functions',
  async (_kind, budget) => {
    const clock = createSimulatedClock()
    const options = { name: 'imagined', clock, min: 2, max: 3, ...budget(clock) }
    const app = setup({ actors: { pool: poolLogic(simulated({ clock }), options) } }).createMachine({
      initial: 'off',
      states: { off: { on: { start: 'on' } }, on: { invoke: { src: 'pool', id: 'pool' } } },
    })
    for (let time = 0; time < 3; time++) {
      const [next] = transition(app, initialTransition(app)[0], { type: 'start' })
      expect(next.children.pool?.getSnapshot().status).toBe('active')
    }
    createActor(poolLogic(simulated({ clock }), options)).stop()
    await using real = createPool(simulated({ clock }), options)
    expect(real.name).toBe('imagined')
    expect(real.actor.getSnapshot().context.name).toBe('imagined')
    await using second = createPool(simulated({ clock }), { ...options, min: 0 })
    expect(second.actor.getSnapshot().context.name).toBe('imagined#2')
    void clock.advance(1_000)
  },
)

it('a pool whose actor never starts sets no timer', () => {
  const clock = createSimulatedClock()
  createActor(
    poolLogic(simulated({ clock }), {
      clock,
      name: 'unstarted',
      adaptive: true,
      leakWarning: 100,
      shed: true,
    }),
  )
  expect(clock.pending).toBe(0)
})
