// Why callers wait, as short as fits above the queue, and for how long.

import type { Frame, FrameCaller } from '../../../recorder/format.js'
import type { PoolView } from './pool-view.js'
import { count } from './words.js'

/** Why the queue does not move, in few words. */
export function whyTheyWait({ frame, state }: Pick<PoolView, 'frame' | 'state'>): string {
  const stats = frame?.stats
  if (stats === undefined) return ''
  if (state === 'paused') return 'They wait because the pool is paused.'
  if (state?.startsWith('backingOff')) return 'They wait because no connection can be opened.'
  if (state === 'shedding') return 'They wait because the pool is overloaded.'
  if (stats.heldBack === true) return 'They wait because the shared budget is spent.'
  if (stats.waiting === 0) return 'They wait for their lane to have room.'
  if (stats.busy >= stats.max) return `They wait because all ${count(stats.max)} connections are leased.`
  if (stats.connecting > 0) return 'They wait for connections that are being opened.'
  if (stats.validating > 0) return 'They wait for connections that are being validated or reset.'
  return 'They wait for the next connection that becomes free.'
}

/** How long a caller of the list has waited. The list is of the frame's moment: some of its callers may have left since. */
export const waitedOf = ({ since }: Pick<FrameCaller, 'since'>, { at }: Pick<Frame, 'at'>): number =>
  Math.max(0, at - since)
