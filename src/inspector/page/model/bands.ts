// What a connection is doing, coarsely: the colours of its lane.

/** In the order in which they are stacked and listed. */
export const bands = ['idle', 'leased', 'validating', 'connecting', 'closing'] as const

export type Band = (typeof bands)[number]

/** As the page says it. */
export const bandTitles: Readonly<Record<Band, string>> = {
  idle: 'Idle',
  leased: 'Leased',
  validating: 'Validating, resetting or in onLend',
  connecting: 'Connecting',
  closing: 'Closing',
}

const byTopState: Readonly<Record<string, Band>> = {
  connecting: 'connecting',
  available: 'idle',
  idle: 'idle',
  busy: 'leased',
  validating: 'validating',
  lending: 'validating',
  closing: 'closing',
  destroyed: 'closing',
  failed: 'closing',
}

/** The band of a state (`busy.leased`); undefined where there is no connection any more. */
export function bandOf(state: string): Band | undefined {
  const dot = state.indexOf('.')
  const top = dot < 0 ? state : state.slice(0, dot)
  // A state that this page does not know is one in which the pool works on the connection.
  return byTopState[top] ?? (top === 'closed' ? undefined : 'validating')
}

/** The place of a state's band in {@link bands}; -1 = none. */
export const bandIndexOf = (state: string): number => {
  const band = bandOf(state)
  return band === undefined ? -1 : bands.indexOf(band)
}
