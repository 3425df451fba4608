// The recorder's options: the meaning, default and range of each, and the place that checks them.
import {
  checkChoice,
  checkFunction,
  checkNumber,
  type NumberRange,
  refusal,
  refuseUnknown,
} from '../core/check.js'
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
   * Told of each file that it wrote by itself, instead of a process warning with the code `STATEPOOL_RECORDING`.
   * @param incident undefined when a signal asked for it
   */
  onSaved?: ((path: string, incident: Incident | undefined) => void) | undefined
}

/** The options, checked and complete. */
export interface ResolvedRecorderOptions {
  readonly last: number
  /** Infinity = never. */
  readonly frameInterval: number
  readonly incidents: ReadonlySet<IncidentKind>
  readonly folder: string
  readonly keep: number
  readonly signal: 'SIGUSR2' | 'SIGHUP' | undefined
  readonly onSaved: RecorderOptions['onSaved']
}

const names = ['last', 'frameInterval', 'incidents', 'folder', 'keep', 'signal', 'onSaved']

const last: NumberRange = { fallback: 100_000, least: 1, most: 10_000_000, integer: true }
const frameInterval: NumberRange = { fallback: 1_000, least: 0, exclusive: true, finite: true }
const keep: NumberRange = { fallback: 10, least: 1, integer: true }

/** @throws OptionsError, which names the option, its value and the valid values. */
export function parseRecorderOptions(given: RecorderOptions = {}): ResolvedRecorderOptions {
  refuseUnknown('recorder', given, names)
  const options = { ...given } // each is read once
  return {
    last: options.last === undefined ? last.fallback : checkNumber('last', options.last, last),
    frameInterval: parseInterval(options.frameInterval),
    incidents: new Set(parseIncidents(options.incidents)),
    folder: parseFolder(options.folder),
    keep: options.keep === undefined ? keep.fallback : checkNumber('keep', options.keep, keep),
    signal:
      options.signal === undefined
        ? undefined
        : checkChoice('signal', options.signal, ['SIGUSR2', 'SIGHUP'] as const),
    onSaved: options.onSaved === undefined ? undefined : checkFunction('onSaved', options.onSaved),
  }
}

function parseInterval(value: number | false | undefined): number {
  if (value === undefined) return frameInterval.fallback
  if (value === false) return Number.POSITIVE_INFINITY
  try {
    return checkNumber('frameInterval', value, frameInterval)
  } catch {
    throw refusal('frameInterval', value, 'a number of milliseconds greater than 0, or false')
  }
}

function parseIncidents(value: RecorderOptions['incidents'] = true): readonly IncidentKind[] {
  if (value === true) return incidentKinds
  if (value === false) return []
  const known = incidentKinds.map(kind => `'${kind}'`).join(', ')
  if (!Array.isArray(value)) throw refusal('incidents', value, `true, false or a list of: ${known}`)
  for (const kind of value) {
    if (!incidentKinds.includes(kind)) throw refusal('incidents', kind, `a list of: ${known}`)
  }
  return value
}

function parseFolder(value: unknown = '.'): string {
  if (typeof value !== 'string' || value === '') throw refusal('folder', value, 'the path of a folder')
  return value
}
