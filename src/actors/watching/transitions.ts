// `pool.transitions`: reports each event that one of the pool's actors has processed, without XState's interpreter.
import type { AnyActorRef, EventObject, Observer } from 'xstate'
import type { Clock } from '../../core/clock.js'
import { throwOutside } from '../../core/outside.js'
import { type Move, type Tap, tapInto } from '../../machines/compiled/index.js'
import type { PoolSystem } from '../pool-actor.js'
import { nextOf } from './observers.js'

/** An event that the pool's actor or a connection has processed, and where it led. */
export interface PoolTransition {
  /** When, on the pool's clock, in milliseconds. */
  readonly at: number
  /** The actor's id: the pool's (`pool`, or as your machine calls it), or `connection-<n>`. */
  readonly actor: string
  /** The type of the event: `acquire`, `checkout`, `driver.lost`, …; `xstate.init` when the actor starts. */
  readonly event: string
  /** The states that it was in, with dots between them: `busy.leased`; undefined when it starts. */
  readonly from: string | undefined
  /** The states that it is in now; the same as `from` where the event changed none. */
  readonly to: string
}

/**
 * Reports every transition to an observer from now on.
 * @returns a function that stops it
 * @throws OptionsError when `observer` is neither a function nor an object.
 */
export function observeTransitions<C>(
  { actor, parts }: PoolSystem<C>,
  observer: Observer<PoolTransition> | ((transition: PoolTransition) => void),
): () => void {
  const teller = new Teller(nextOf(observer), parts.config.clock)
  teller.stop = tapInto(actor, parts.system, teller)
  return teller.stop
}

/** A class, so that the engine calls the same function for every observer. */
class Teller implements Tap {
  stop: (() => void) | undefined
  readonly #next: (transition: PoolTransition) => void
  readonly #clock: Clock

  constructor(next: (transition: PoolTransition) => void, clock: Clock) {
    this.#next = next
    this.#clock = clock
  }

  tell(actor: AnyActorRef, event: EventObject, move: Move): void {
    try {
      const { at } = event as { at?: unknown }
      this.#next({
        // Hot events have the time with them: asking the clock for it costs more than all the rest.
        at: typeof at === 'number' ? at : this.#clock.now(),
        actor: actor.id,
        event: move.event,
        from: move.from,
        to: move.to,
      })
    } catch (error) {
      this.stop?.()
      throwOutside(error)
    }
  }
}
