// What one kind of command is made of, whatever it does.

import type { Random } from './random.js'
import type { Scene } from './scene.js'

/** One row of the tables of commands. */
export interface Kind<Details extends object> {
  /** How often it is drawn, among all. */
  readonly weight: number
  readonly draw: (random: Random) => Details
  /** A command that does not apply now (a release when no caller holds a lease) does nothing. */
  readonly perform: (scene: Scene, details: Details) => Promise<void> | void
  /** Whether this pool can do it; a pool that cannot is not asked to. */
  readonly applies?: (pool: object) => boolean
}

/** A row, whose details its functions agree on. */
export const kind = <Details extends object>(row: Kind<Details>): Kind<Details> => row

/** A time without an end. */
export const forever = Number.POSITIVE_INFINITY

/** Draws which of several it is done to. */
export const which = (random: Random) => ({ which: random.int(0, 9) })
/** Draws nothing. */
export const nothing = () => ({})
