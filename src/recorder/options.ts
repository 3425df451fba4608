// The recorder's options: the meaning, default and range of each, and the place that checks them.
import { refusal } from '../core/refusal.js'
import { type Check, fn, number, oneOf, optional, or, type Parsed, parse, textLike } from '../core/shape.js'
import { type Incident, type IncidentKind, incidentKinds } from './format.js'

/** The options of {@link recorder}. All times are in milliseconds, on the pool's clock. */
export interface RecorderOptions {
  /** How many transitions it keeps, 24 bytes each; an acquire and its release are three. Default 100,000 (2.4 MB); 1 to 10,000,000. */
  last?: number | undefined
  /**
   * How often it notes how the pool stands: sizes, holders and waiting callers. It keeps the last 600 of these. Default 1,000; more
   * than 0; false = only when it writes.
   */
  frameInterval?: number | false | undefined
  /**
   * On which incidents it writes a file by itself: `acquire timeout`, `outage` (the pool is down), `leak` (needs the pool's
   * `leakWarning`), `deadlock` (needs `deadlockCheck`), `crash` (the pool's actor failed, or an uncaught exception ends the process).
   * Default true: on all of them, at most once a minute; false = on none.
   */
  incidents?: boolean | readonly IncidentKind[] | undefined
  /** Where it writes the files of incidents and signals. Default: the working directory. It creates the folder when it writes. */
  folder?: string | undefined
  /** How many files of incidents and signals it keeps; it deletes the oldest that it wrote itself. Default 10; at least 1; Infinity = all. */
  keep?: number | undefined
  /**
   * A signal on which it writes a file: `kill -USR2 <pid>`. Default: none. While the recorder runs, the signal does not end the
   * process as it otherwise does.
   */
  signal?: 'SIGUSR2' | 'SIGHUP' | undefined
  /**
   * Called for each file that it wrote by itself, instead of a process warning with the code `STATEPOOL_RECORDING`.
   * @param incident undefined when a signal asked for it
   */
  onSaved?: ((path: string, incident: Incident | undefined) => void) | undefined
}

const kinds = incidentKinds.map(kind => `'${kind}'`).join(', ')

const incidents: Check<ReadonlySet<IncidentKind>> = (name, value) => {
  if (typeof value === 'boolean') return new Set(value ? incidentKinds : [])
  if (!Array.isArray(value)) throw refusal(name, value, `true, false or a list of: ${kinds}`)
  for (const kind of value)
    if (!incidentKinds.includes(kind)) throw refusal(name, kind, `a list of: ${kinds}`)
  return new Set(value)
}

const shape = {
  last: or(number({ least: 1, most: 10_000_000, integer: true }), 100_000),
  frameInterval: or(number({ above: 0, off: 'false' }), 1_000),
  incidents: or(incidents, new Set(incidentKinds)),
  folder: or(textLike('the path of a folder', /./s), '.'),
  keep: or(number({ least: 1, integer: true }), 10),
  signal: optional(oneOf(['SIGUSR2', 'SIGHUP'])),
  onSaved: optional(fn<NonNullable<RecorderOptions['onSaved']>>()),
}

/** The options, checked and complete; a `frameInterval` of Infinity = never. */
export type ResolvedRecorderOptions = Parsed<typeof shape>

/** @throws OptionsError, which names the option, its value and the valid values. */
export function parseRecorderOptions(given: RecorderOptions = {}): ResolvedRecorderOptions {
  return parse('recorder', shape, given)
}
