// A pool in the actor system of a machine that invokes it.
import { createActor, setup } from 'xstate'
import {
  type Driver,
  type Pool,
  type PoolActorRef,
  type PoolOptions,
  poolLogic,
  poolOf,
} from '../../src/index.js'

/** The same as `createPool`, but the pool is a child of another machine. */
export function createPoolAsChild<C>(driver: Driver<C>, options?: PoolOptions): Pool<C> {
  const app = setup({ actors: { pool: poolLogic(driver, options) } }).createMachine({
    invoke: { id: 'pool', src: 'pool' },
  })
  return poolOf(createActor(app).start().getSnapshot().children.pool as PoolActorRef<C>)
}
