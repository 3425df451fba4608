// What the canary found out, for all that goes by it.

let foreign = false

/** Whether XState turned out to be built in another way: nothing is compiled then, and no internal of XState is touched. */
export const isForeign = (): boolean => foreign

/** Once, at the first use. */
export function noteForeign(): void {
  foreign = true
}
