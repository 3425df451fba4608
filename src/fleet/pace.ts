// When a pool of a fleet tries again: pure decisions, so that many that wait neither storm the server nor starve.

const firstDelay = 100
/** While others hold more than one, or hold idle ones: one that was told to close a connection does so soon. */
const soon = 200
const longestDelay = 1_000
/** For how long a pool leaves to others what it has just closed for them, in milliseconds. */
const yielding = 500

/** What an attempt found. */
export interface Finding {
  /** Attempts in a row that found no slot, this one included. */
  readonly refusals: number
  /** Connections that the pool holds. */
  readonly held: number
  /** Whether each pool that holds connections holds only one: then all have to wait for a turn. */
  readonly isSpread: boolean
}

/**
 * How long to wait before the next attempt. Doubles with each one that found no slot, up to 0.2 s, or to 1 s if connections are spread already, half of it
 * at random; pools that hold connections wait twice as long as those that have none, which so are served first.
 * @param random from 0 to below 1
 */
export function retryDelay({ refusals, held, isSpread }: Finding, random: number): number {
  const longest = isSpread ? longestDelay : soon
  const ceiling = Math.min(longest, firstDelay * 2 ** (refusals - 1)) * (held > 0 ? 2 : 1)
  return ceiling / 2 + (ceiling / 2) * random
}

/** For how long a pool that was refused, or had to give way, goes on as if connections were scarce, in milliseconds. */
export const scarceFor = 5_000

/** How long a pool waits, while connections are scarce, before it asks for one more than it holds: so a free one goes to pools that hold fewer. */
export const growthDelay = (held: number): number => 500 * held

/** How long a pool asks for nothing after it has closed a connection for others, in milliseconds. */
export const yieldDelay = (random: number): number => yielding * (1 + random)
