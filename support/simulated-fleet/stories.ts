// Which fleet a seed stands for.
import type { Story } from './world.js'

/** A fleet of 2 to 10 processes, or of so many, and a minute of faults. */
export function storyOf(
  seed: number,
  {
    processes,
    connections,
    seconds = 60,
    floor,
    outage,
  }: {
    readonly processes?: number | undefined
    readonly connections?: number | undefined
    readonly seconds?: number | undefined
    readonly floor?: number | undefined
    /** In which second the engine goes away for two times to live. */
    readonly outage?: number | undefined
  } = {},
): Story {
  return {
    ...{ seed, seconds, floor, outageAt: outage },
    processes: processes ?? 2 + (seed % 9),
    connections: connections ?? 1 + (seed % 13),
    faults: Math.max(0.4, (processes ?? 0) / 100),
  }
}

const timesToLive = [1_000, 2_000, 5_000]

/**
 * A fleet that costs a tenth of that: fewer processes, whose callers hold their leases for long, and twelve seconds in which it has to be fair again after eight of many faults.
 * The time to live, the floor and what some processes keep (`min`) are the seed's.
 */
export const shortStoryOf = (seed: number): Story => ({
  ...{ seed, seconds: 8, faults: 2, peace: 12, calm: 8 },
  processes: 2 + (seed % 4),
  connections: 1 + (seed % 13),
  ttl: timesToLive[seed % timesToLive.length] as number,
  floor: (seed >> 2) % 3,
  min: (seed >> 1) % 4 === 0 ? 1 + ((seed >> 3) % 3) : 0,
})
