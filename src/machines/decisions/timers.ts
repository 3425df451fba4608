// What timers can count.

/** The longest delay of a timer in Node and in browsers, in milliseconds: 24.8 days. One of more would be over at once. */
const longestDelay = 2 ** 31 - 1

/** How long a timer runs for a limit; Infinity = no limit, which the longest delay stands for. */
export const timerFor = (limit: number): number => Math.min(limit, longestDelay)
