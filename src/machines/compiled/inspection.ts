// Who watches an actor system: inspectors, taps, or neither. XState keeps its inspectors to itself, so these have to be found out.

import type { System } from './internals.js'

/** Who may be watching; absent in a system that was not met before. */
const watchers: unique symbol = Symbol('watchers')

/** How many taps there are in a system; see `tap.ts`. */
const taps: unique symbol = Symbol('taps')

const unwatched = 0
const perhapsInspectors = 1
const onlyTaps = 2

interface WatchedSystem extends System {
  [watchers]?: number
  [taps]?: number
}

/** Whether there are neither inspectors nor taps. Costs one property read while that is so; of a system that was not met before it is not known yet. */
export const isUnwatched = (system: WatchedSystem): boolean => system[watchers] === unwatched

/** Whether anyone inspects the system, at this moment. Costs one property read while there is no inspector. */
export function isInspected(system: WatchedSystem): boolean {
  const who = system[watchers]
  return who !== unwatched && who !== onlyTaps && isObserved(watch(system))
}

/** Counts a tap in, or out. */
export function countTap(system: WatchedSystem, change: 1 | -1): void {
  watch(system)
  system[taps] = (system[taps] ?? 0) + change
  if (system[watchers] !== perhapsInspectors) system[watchers] = withoutInspectors(system)
}

/** Makes the system remember when an inspector was attached; one may have been before this is first called. */
function watch(system: WatchedSystem): WatchedSystem {
  if (system[watchers] === undefined) {
    system[watchers] = perhapsInspectors
    const { inspect } = system
    system.inspect = observer => {
      system[watchers] = perhapsInspectors
      return inspect(observer)
    }
  }
  return system
}

const withoutInspectors = (system: WatchedSystem): number => ((system[taps] ?? 0) > 0 ? onlyTaps : unwatched)

/** Properties by which an object that inherits from a system remembers in the system, and not in itself, who watches. */
export function sameInspection(system: object): PropertyDescriptorMap {
  const watched = watch(system as WatchedSystem)
  const shared = (name: typeof watchers | typeof taps): PropertyDescriptor => ({
    get: () => watched[name],
    set: value => {
      watched[name] = value
    },
  })
  return { [watchers]: shared(watchers), [taps]: shared(taps) }
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
  try {
    system._sendInspectionEvent(probe)
    system[watchers] = withoutInspectors(system)
    return false
  } catch (thrown) {
    if (thrown !== probe) throw thrown
    system[watchers] = perhapsInspectors
    return true
  }
}
