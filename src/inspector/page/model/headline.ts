// The figures on top. A recording has frames each second, and can be stepped through event by event: connections are counted at each step, as
// their lanes show them; who waits is known from the frames, as the queue shows it.

import { type Band, bandOf, bands } from './bands.js'
import type { PoolView } from './pool-view.js'

/** How many connections are in each band, how many there are, and how many callers wait. */
export interface Headline extends Readonly<Record<Band, number>> {
  readonly total: number
  readonly waiting: number
}

/** Undefined before the first frame. */
export function headlineOf({ frame, lanes }: PoolView): Headline | undefined {
  if (frame === undefined) return undefined
  const counts = Object.fromEntries(bands.map(band => [band, 0])) as Record<Band, number>
  let total = 0
  for (const { state } of lanes.values()) {
    const band = state === undefined ? undefined : bandOf(state)
    if (band === undefined) continue
    counts[band]++
    total++
  }
  return { ...counts, total, waiting: frame.stats.waiting }
}
