// The states of both charts, for the eye: a colour for each, and words for what a name does not say. `test/page/state-words.test.ts` has them all.

/** The colours of states, as the page's style names them. */
export type Tint = 'leased' | 'idle-ink' | 'connecting' | 'validating' | 'closing' | 'bad' | 'ok' | 'warn'

const tintByTopState: Readonly<Record<string, Tint>> = {
  connecting: 'connecting',
  available: 'idle-ink',
  idle: 'idle-ink',
  busy: 'leased',
  validating: 'validating',
  lending: 'validating',
  failed: 'bad',
  destroyed: 'bad',
  closing: 'closing',
  starting: 'connecting',
  running: 'ok',
  shedding: 'warn',
  backingOff: 'bad',
  paused: 'connecting',
  draining: 'closing',
  closed: 'closing',
}

const topOf = (state: string): string => state.split('.')[0] as string

/** The colour of a state: that of the state at the top around it. Those of charts that this page does not know have that of work. */
export const tintOf = (state: string): Tint => tintByTopState[topOf(state)] ?? 'leased'

const connectionWords: Readonly<Record<string, string>> = {
  connecting: 'connecting',
  available: 'available',
  lending: 'onLend runs',
  idle: 'idle',
  busy: 'leased',
  'busy.leased': 'leased',
  'busy.shared': 'shared by statements',
  'busy.cancelling': 'cancelling a statement',
  'busy.retiring': 'leased for the last time',
  validating: 'validating',
  'validating.keepalive': 'keepalive',
  'validating.return': 'resetting',
  failed: 'failed',
  destroyed: 'destroyed',
  closing: 'closing',
  'closing.lingering': 'waits for the server',
  closed: 'closed',
}

/** What a connection is doing, in two or three words: those of its state, or of the nearest state around it that has some. */
export function connectionDoes(state: string): string {
  for (let name = state; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf('.')))) {
    const words = connectionWords[name]
    if (words !== undefined) return words
  }
  return topOf(state)
}

const poolWords: Readonly<Record<string, string>> = {
  starting: 'filling up to min',
  running: 'running',
  shedding: 'overloaded: it refuses callers early',
  backingOff: 'backing off: connects fail',
  paused: 'paused',
  draining: 'closing',
  closed: 'closed',
}

/** What the pool is, as it goes on after "The pool is". */
export const poolIs = (state: string): string => poolWords[topOf(state)] ?? state
