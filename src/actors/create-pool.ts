// How one comes to a pool: by creating it, or from an actor that runs one.
import { createActor } from 'xstate'
import { OptionsError } from '../core/errors.js'
import { type PoolOptions, parseOptions } from '../core/options.js'
import { outside } from '../core/outside.js'
import type { Driver } from '../db/driver.js'
import { checkDriver } from './check-driver.js'
import type { Roster } from './connections/roster.js'
import type { OwnHooks } from './parts.js'
import { Pool } from './pool.js'
import { PoolSystem } from './pool-actor.js'
import { logicOf } from './pool-logic.js'
import type { PoolActorRef } from './pool-ref.js'
import { MachineClock } from './time/machine-clock.js'

/**
 * The pool that an actor runs, as an object with methods: the same object that `createPool` returns, for an actor made from
 * {@link poolLogic}. Two calls for the same actor return the same object.
 * @param actor a running pool's actor: of `createActor(poolLogic(…))`, or a child of your machine (`snapshot.children.pool`)
 * @throws OptionsError when the actor does not run a pool, or when its budget (`group`, `fleet`) refused that.
 */
export function poolOf<C>(actor: PoolActorRef<C>): Pool<C> {
  const system = systemBehind(actor)
  const { error } = Object(actor?.getSnapshot?.()) as { readonly error?: unknown }
  if (error instanceof OptionsError && system?.hasBegun === false) throw error // its budget refused it
  if (system === undefined) {
    throw new OptionsError(
      'actor',
      undefined, // it may be a connection string, or have one inside
      'poolOf() takes an actor made from poolLogic(driver, options), and this is not one. Pass the actor itself, such as snapshot.children.pool, after your machine has started it.',
    )
  }
  system.facade ??= new Pool(system)
  return system.facade as Pool<C>
}

/** The running pool that an actor is; undefined if it is none. */
export function systemBehind<C>(actor: PoolActorRef<C> | undefined): PoolSystem<C> | undefined {
  const roster = actor?.getSnapshot?.()?.context?.roster as Partial<Roster<C>> | undefined
  return roster?.owner instanceof PoolSystem ? roster.owner : undefined
}

/**
 * Creates a pool and starts it at once: it opens `min` connections in the background. Invalid options throw here and never later. The
 * pool is an actor that runs {@link poolLogic}, in a system of its own.
 *
 * @param driver connects to the database: `postgres(…)` from `statepool/pg`, `simulated()` from `statepool/simulated`, or your own
 * @param options see {@link PoolOptions}
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function createPool<C>(driver: Driver<C>, options?: PoolOptions<C>): Pool<C>
/**
 * The same for what stands in for another pool, and has to know of each lease.
 * @param hooks called by the pool itself, and trusted
 * @internal
 */
export function createPool<C>(
  driver: Driver<C>,
  options: PoolOptions<C> | undefined,
  hooks: OwnHooks<C>,
): Pool<C>
export function createPool<C>(driver: Driver<C>, options?: PoolOptions<C>, hooks?: OwnHooks<C>): Pool<C> {
  const config = parseOptions(options)
  checkDriver(driver, config.share)
  ;(config.group ?? config.fleet)?.admit(config.min, driver.name, hooks?.host?.name)
  return outside(() => {
    const clock = new MachineClock(config.clock)
    const actor = createActor(logicOf(driver, config, hooks), { id: 'pool', systemId: 'pool', clock })
    const pool = poolOf(actor)
    actor.start()
    return pool
  })
}
