// Which pools are meant by what the inspector was given.
import { systemBehind } from '../actors/create-pool.js'
import type { PoolSystem } from '../actors/pool-actor.js'
import type { PoolActorRef } from '../actors/pool-ref.js'
import { discreetRefusal } from '../core/refusal.js'

/** A pool, or what has pools inside. */
export type Inspectable =
  /** A pool of `createPool` or `poolOf`. */
  | { readonly actor: object }
  /** A drop-in for `pg.Pool` or mysql2's pool. */
  | { readonly statepool: { readonly actor: object } }
  /** The two pools of `createSqlitePool`. */
  | { readonly write: { readonly actor: object }; readonly read: { readonly actor: object } }
  /** A pool of `createHostPool`: the pool of each host. */
  | { hosts(): readonly { readonly pool: { readonly actor: object } }[] }

/**
 * The running systems of all pools that were given, each once.
 * @throws OptionsError when something among them is no pool.
 */
export function systemsOf(given: Inspectable | readonly Inspectable[]): PoolSystem<unknown>[] {
  const all = Array.isArray(given) ? (given as readonly Inspectable[]) : [given as Inspectable]
  const systems = new Set(all.flatMap(each => poolsIn(each).map(pool => systemOf(pool, each))))
  return [...systems]
}

function poolsIn(given: Inspectable): readonly { readonly actor: object }[] {
  if (typeof given !== 'object' || given === null) return [given]
  if ('statepool' in given) return [given.statepool]
  if ('write' in given && 'read' in given) return [given.write, given.read]
  return 'actor' in given || typeof given.hosts !== 'function'
    ? [given as { readonly actor: object }]
    : given.hosts().map(({ pool }) => pool)
}

function systemOf(pool: { readonly actor: object }, given: unknown): PoolSystem<unknown> {
  const system = systemBehind(pool?.actor as PoolActorRef | undefined)
  if (system === undefined)
    throw discreetRefusal('pools', given, 'a pool of this copy of statepool, or a list of pools')
  return system
}
