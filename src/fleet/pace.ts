// When a pool of a fleet tries again: pure decisions, so that many that wait neither storm the server nor starve.

const firstDelay = 100
const longestDelay = 2_000
/** For how long a pool leaves to others what it has just closed for them, in milliseconds. */
const yielding = 500

/**
 * How long to wait before the next attempt. Doubles with each one that found no connection, up to 2 s, half of it at random; pools that hold
 * connections wait twice as long as those that have none, which so are served first.
 * @param refusals attempts in a row that found none, at least 1
 * @param random from 0 to below 1
 */
export function retryDelay(refusals: number, held: number, random: number): number {
  const ceiling = Math.min(longestDelay, firstDelay * 2 ** (refusals - 1)) * (held > 0 ? 2 : 1)
  return ceiling / 2 + (ceiling / 2) * random
}

/** How long a pool asks for nothing after it has closed a connection for others, in milliseconds. */
export const yieldDelay = (random: number): number => yielding * (1 + random)
