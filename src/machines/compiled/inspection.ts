// Who watches an actor system: inspectors, taps, or neither. XState keeps its inspectors to itself, so these have to be found out.

import type { System } from './internals.js'

const unwatched = 0
const perhapsInspectors = 1
const onlyTaps = 2

/** What is known of who watches a system. An object of its own: actors keep it within reach, and systems that inherit from one another share it. */
export class Watch {
  who = perhapsInspectors
  /** How many taps there are; see `tap.ts`. */
  taps = 0

  get withoutInspectors(): number {
    return this.taps > 0 ? onlyTaps : unwatched
  }
}

/** Where a system keeps it; absent in a system that was not met before. */
const ownWatch: unique symbol = Symbol('watch')

interface WatchedSystem extends System {
  [ownWatch]?: Watch
}

/** The system's watch. From the first call on, the system remembers when an inspector is attached; one may have been before. */
export function watchOf(system: WatchedSystem): Watch {
  return system[ownWatch] ?? newWatch(system)
}

function newWatch(system: WatchedSystem): Watch {
  const watch = new Watch()
  system[ownWatch] = watch
  const { inspect } = system
  system.inspect = observer => {
    watch.who = perhapsInspectors
    return inspect(observer)
  }
  return watch
}

/** Whether there are neither inspectors nor taps. Costs one property read; of a system that was not met before it is not known yet. */
export const isUnwatched = ({ who }: Watch): boolean => who === unwatched

/** Whether there may be inspectors; there are none while taps alone watch. */
export const mayBeInspected = ({ who }: Watch): boolean => who === perhapsInspectors

/** Whether anyone inspects the system, at this moment. */
export const isInspected = (system: WatchedSystem): boolean =>
  mayBeInspected(watchOf(system)) && isObserved(system)

/** Counts a tap in, or out. */
export function countTap(system: WatchedSystem, change: 1 | -1): void {
  const watch = watchOf(system)
  watch.taps += change
  if (watch.who !== perhapsInspectors) watch.who = watch.withoutInspectors
}

const probe: object = Object.defineProperty({}, 'type', {
  enumerable: true,
  get() {
    throw probe
  },
})

/**
 * XState copies an inspection event if, and only if, it has an inspector to send it to: a copy of the probe throws before
 * anyone is told. So nothing has to be counted, and it does not matter how inspectors come and go.
 */
function isObserved(system: WatchedSystem): boolean {
  const watch = watchOf(system)
  try {
    system._sendInspectionEvent(probe)
    watch.who = watch.withoutInspectors
    return false
  } catch (thrown) {
    if (thrown !== probe) throw thrown
    watch.who = perhapsInspectors
    return true
  }
}
