// Whether anyone inspects an actor system. XState keeps its observers to itself, so this has to be found out.

import type { System } from './internals.js'

/** Whether somebody may be inspecting; absent in a system that was not met before. */
const suspected: unique symbol = Symbol('suspected')

interface WatchedSystem extends System {
  [suspected]?: boolean
}

/** Whether anyone inspects the system, at this moment. Costs one property read while nobody does. */
export function isInspected(system: WatchedSystem): boolean {
  return system[suspected] !== false && isObserved(watch(system))
}

/** Makes the system remember when an inspector was attached; one may have been before this is first called. */
function watch(system: WatchedSystem): WatchedSystem {
  if (system[suspected] === undefined) {
    const { inspect } = system
    system.inspect = observer => {
      system[suspected] = true
      return inspect(observer)
    }
  }
  return system
}

/** Properties by which an object that inherits from a system remembers in the system, and not in itself, whether anyone inspects it. */
export function sameInspection(system: object): PropertyDescriptorMap {
  const watched = watch(system as WatchedSystem)
  return {
    [suspected]: {
      get: () => watched[suspected],
      set: (may: boolean) => {
        watched[suspected] = may
      },
    },
  }
}

const probe: object = Object.defineProperty({}, 'type', {
  enumerable: true,
  get() {
    throw probe
  },
})

/**
 * XState copies an inspection event if, and only if, there is somebody to send it to: a copy of the probe throws before
 * anyone is told. So nothing has to be counted, and it does not matter how inspectors come and go.
 */
function isObserved(system: WatchedSystem): boolean {
  try {
    system._sendInspectionEvent(probe)
    system[suspected] = false
  } catch (thrown) {
    if (thrown !== probe) throw thrown
    system[suspected] = true
  }
  return system[suspected]
}
