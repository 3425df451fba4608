// The pool as an actor logic: for `createActor`, `spawn`, `invoke` and `setup({ actors })` in any actor system.
import type { ActorLogic, AnyActorScope, NonReducibleUnknown } from 'xstate'
import { type PoolOptions, parseOptions, type ResolvedPoolOptions } from '../core/options.js'
import type { Driver } from '../db/driver.js'
import type { PoolEvent } from '../machines/pool-types.js'
import { checkDriver } from './check-driver.js'
import type { Roster } from './connections/roster.js'
import type { OwnHooks } from './parts.js'
import { poolRunner } from './pool-actions.js'
import { PoolSystem } from './pool-actor.js'
import type { PoolSnapshot } from './pool-ref.js'
import type { PoolEmitted } from './watching/events.js'

/** What {@link poolLogic} returns. */
export type PoolLogic<C> = ActorLogic<
  PoolSnapshot<C>,
  PoolEvent,
  NonReducibleUnknown,
  AnyActorScope['system'],
  PoolEmitted
>

/**
 * A pool as an actor logic. An actor that runs it is a pool: it starts when the actor starts, its connections are its children, and
 * `poolOf(actor)` is the object that `createPool` would return. Each actor made from one logic is a separate pool.
 *
 * In a machine of yours the pool is a child like any other: it lives in your machine's system, inspectors see it, and your
 * machine gets `xstate.done.actor.<id>` when the pool is closed and `xstate.error.actor.<id>` if it fails. When your machine stops it, or
 * leaves the state that invoked it, the pool ends at once: it refuses its callers, destroys its connections, and leaves no timer. To
 * close it gracefully, await `poolOf(actor).close()` first.
 *
 * The actor emits {@link PoolEmitted} events: `actor.on('pool.down', …)`. The pool's timers run on its own `clock`
 * option, not on the clock of the system that it lives in. A pool restored from a persisted snapshot starts from scratch.
 *
 * @param driver connects to the database
 * @param options see {@link PoolOptions}
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function poolLogic<C>(driver: Driver<C>, options?: PoolOptions<C>): PoolLogic<C> {
  const config = parseOptions(options)
  checkDriver(driver, config.share)
  return logicOf(driver, config)
}

/** The same for options that are checked. */
export function logicOf<C>(
  driver: Driver<C>,
  config: ResolvedPoolOptions,
  hooks?: OwnHooks<C>,
): PoolLogic<C> {
  const runner = poolRunner() as unknown as PoolLogic<C>
  const begin: PoolLogic<C>['getInitialSnapshot'] = scope => {
    const { input } = new PoolSystem(driver, config, scope, hooks)
    return runner.getInitialSnapshot(scope, input)
  }
  return Object.assign(Object.create(runner), {
    start: (...given: Parameters<NonNullable<PoolLogic<C>['start']>>) => {
      const { context } = given[0]
      Object.assign(context, ((context.roster as Roster<C>).owner as PoolSystem<C>).begin())
      runner.start?.(...given)
    },
    getInitialSnapshot: begin,
    restoreSnapshot: (_persisted: unknown, scope: Parameters<typeof begin>[0]) => begin(scope, undefined),
  }) as PoolLogic<C>
}
