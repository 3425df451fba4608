// Who watches an actor system: inspectors, taps, or neither. XState keeps its inspectors to itself, so these have to be found out.

import type { System } from './internals.js'

/** What is known of who watches a system. An object of its own: actors keep it within reach, and systems that inherit from one another share it. */
export class Watch {
  /** 1 = there may be inspectors; of a system that was not met before it is not known yet. */
  inspectors = 1
  /** How many taps there are; see `tap.ts`. */
  taps = 0
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
    watch.inspectors = 1
    return inspect(observer)
  }
  return watch
}

/** Whether anyone inspects the system, at this moment. */
export const isInspected = (system: WatchedSystem): boolean =>
  watchOf(system).inspectors === 1 && isObserved(system)

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
    watch.inspectors = 0
    return false
  } catch (thrown) {
    if (thrown !== probe) throw thrown
    watch.inspectors = 1
    return true
  }
}
