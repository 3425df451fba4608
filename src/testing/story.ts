// A story: a pool, a database and what happens to them, all drawn from one seed.

import type { SimulatedSettings } from '../db/simulated/index.js'
import type { PoolOptions } from '../index.js'
import { type Command, drawCommands, type Weights } from './commands.js'
import { createRandom, type Random } from './random.js'

/** Everything that a simulation depends on besides its seed, as data. */
export interface Story {
  readonly pool: PoolOptions
  readonly database: SimulatedSettings
  readonly commands: readonly Command[]
}

const forever = Number.POSITIVE_INFINITY

/** Options with short times, so that everything happens within a few commands. */
export function drawPoolOptions(random: Random): PoolOptions {
  const min = random.int(0, 3)
  return {
    min,
    max: Math.max(1, min + random.int(0, 3)),
    maxConnecting: random.int(1, 3),
    maxWaiting: random.pick([forever, forever, 0, 2]),
    acquireTimeout: random.pick([forever, 500]),
    connectTimeout: random.pick([90, 250]),
    validateAfter: random.pick<number | false>([false, 0, 40]),
    validateTimeout: random.pick([30, 100]),
    resetTimeout: random.pick([30, 100]),
    closeTimeout: random.pick([0, 50]),
    idleTimeout: random.pick([forever, 0, 150]),
    keepalive: random.pick([false, 80]),
    maxLifetime: random.pick([forever, 400]),
    maxUses: random.pick([forever, 1, 3]),
    allowExitOnIdle: random.chance(0.5),
    shed: random.pick([false, false, { target: 20, interval: 60 }]),
    lanes: random.pick([undefined, { slow: { max: 1 } }, { slow: { max: 2 } }]),
    adaptive: random.pick([false, false, false, false, { interval: 10 }]),
  }
}

/** A database that is a little unwell all the time, or not. */
export function drawAilments(random: Random): SimulatedSettings {
  return {
    connectLatency: [0, 100],
    queryLatency: [1, 60],
    connectFailureRate: random.pick([0, 0, 0.2]),
    unhealthyRate: random.pick([0, 0.3]),
    validateHangRate: random.pick([0, 0, 0.2]),
    resetFailureRate: random.pick([0, 0, 0.3]),
    resetHangRate: random.pick([0, 0.3, 1]),
    queryFailureRate: random.pick([0, 0, 0.3]),
    cancelLatency: random.pick([2, [1, 40]] as const),
  }
}

/** A pool holds a slot for no longer than `closeTimeout`, and a server that works on for longer counts too many. */
function drawLingering(random: Random, { closeTimeout = forever }: PoolOptions): SimulatedSettings {
  const lingerAfterDestroy = random.pick([0, 0, 30])
  return closeTimeout > lingerAfterDestroy ? { lingerAfterDestroy } : {}
}

/** The story of a seed. What `given` says is not drawn. */
export function drawStory(
  seed: number,
  steps: number,
  given: {
    pool?: PoolOptions | undefined
    database?: SimulatedSettings | undefined
    weights?: Weights | undefined
  },
): Story {
  const options = drawPoolOptions(createRandom(seed, 'pool'))
  const ailments = drawAilments(createRandom(seed, 'ailments'))
  const pool = reconcile(options, given.pool)
  const weights = pool.share ? { statement: 8, ...given.weights } : given.weights
  return {
    pool,
    database: { ...ailments, ...drawLingering(createRandom(seed, 'lingering'), pool), ...given.database },
    commands: drawCommands(createRandom(seed, 'commands'), steps, weights),
  }
}

/** Sizes that are given go before those that were drawn. */
function reconcile(drawn: PoolOptions, given: PoolOptions = {}): PoolOptions {
  const sizes = { ...drawn, ...given }
  const { min = 0, max = 1 } = sizes
  const pool =
    min <= max ? sizes : { ...sizes, ...(given.max === undefined ? { max: min } : { min: given.min ?? max }) }
  const mayAdapt = given.share === undefined && min < max
  return mayAdapt || given.adaptive !== undefined ? pool : { ...pool, adaptive: false }
}
