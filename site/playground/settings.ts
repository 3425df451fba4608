// What can be set in the playground. It is all in the address, so that a link shows another person the same.

export interface Settings {
  readonly seed: number
  readonly min: number
  readonly max: number
  /** Callers in a second. */
  readonly arrivals: number
  /** How long a query takes on average, in milliseconds. */
  readonly query: number
  /** In seconds. */
  readonly acquireTimeout: number
  readonly speed: number
}

/** What each setting may be, and is by default. */
export const ranges: Readonly<Record<keyof Settings, readonly [least: number, most: number, usual: number]>> =
  {
    seed: [0, 4_294_967_295, 7],
    min: [0, 50, 2],
    max: [1, 50, 10],
    arrivals: [1, 1_000, 80],
    query: [1, 2_000, 60],
    acquireTimeout: [1, 60, 5],
    speed: [0.1, 1_000, 1],
  }

/** The settings in the address; what is missing or makes no sense there is as usual. */
export function readSettings(hash: string = location.hash): Settings {
  const given = new URLSearchParams(hash.slice(1))
  return Object.fromEntries(
    Object.entries(ranges).map(([name, [least, most, usual]]) => {
      const value = given.has(name) ? Number(given.get(name)) : usual
      return [name, Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual]
    }),
  ) as unknown as Settings
}

/** The seed of the simulation whose life the address asks for (`#life=42`); undefined if it asks for none. */
export function readLife(hash: string = location.hash): number | undefined {
  const given = new URLSearchParams(hash.slice(1)).get('life')
  const seed = Number(given)
  return given !== null && given !== '' && Number.isSafeInteger(seed) ? seed : undefined
}

/** Puts them into the address. */
export function writeSettings(settings: Settings): void {
  history.replaceState(
    null,
    '',
    `#${new URLSearchParams(Object.entries(settings).map(([name, value]) => [name, String(value)]))}`,
  )
}
