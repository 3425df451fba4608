// `recorder(pool)`: a flight recorder, always on, which writes down what led to an incident.
import { rm } from 'node:fs/promises'
import { systemBehind } from '../actors/create-pool.js'
import type { Pool } from '../actors/pool.js'
import type { PoolSystem } from '../actors/pool-actor.js'
import { OptionsError } from '../core/errors.js'
import { outside, throwOutside } from '../core/outside.js'
import { warn } from '../core/platform.js'
import { messageOf } from '../core/wording.js'
import { pathFor, writeRecording, writeRecordingNow } from './file.js'
import type { Incident, Notice, Recording } from './format.js'
import { incidentIn, isDue } from './incident.js'
import { plainError } from './notice.js'
import { parseRecorderOptions, type RecorderOptions, type ResolvedRecorderOptions } from './options.js'
import { PoolLog } from './pool-log.js'
import { onProcess } from './process-events.js'

/**
 * Records a pool from now on, until it closes: every transition of its actors, what it reports, and once a second how it stands. That
 * costs some ten nanoseconds for each transition, and memory that does not grow. When something goes wrong, it writes a file that
 * `npx statepool replay` shows. Files have neither SQL nor parameters nor secrets in them.
 * @param pool what `createPool` or `poolOf` returned
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function recorder<C>(pool: Pool<C>, options?: RecorderOptions): Recorder
/**
 * The same for a pool of hosts (`createHostPool`).
 * @returns a recorder for each host's pool, in the order of the hosts, which writes files of its own
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function recorder<C>(pool: PoolOfHosts<C>, options?: RecorderOptions): readonly Recorder[]
export function recorder<C>(
  pool: Pool<C> | PoolOfHosts<C>,
  options?: RecorderOptions,
): Recorder | readonly Recorder[] {
  const checked = parseRecorderOptions(options)
  const { hosts } = Object(pool) as Partial<PoolOfHosts<C>>
  if (typeof hosts !== 'function') return record(pool as Pool<C>, checked)
  return (pool as PoolOfHosts<C>).hosts().map(host => record(host.pool, checked))
}

function record<C>(pool: Pool<C>, checked: ResolvedRecorderOptions): Recorder {
  const system = systemBehind(pool?.actor)
  if (system === undefined) {
    throw new OptionsError(
      'pool',
      undefined,
      'recorder() takes a pool that createPool() or poolOf() returned, and this is not one.',
    )
  }
  return outside(() => new PoolRecorder(system, checked))
}

/** A pool of `createHostPool`, as far as it is recorded. */
export interface PoolOfHosts<C> {
  hosts(): readonly { readonly pool: Pool<C> }[]
}

/** A running flight recorder. */
export interface Recorder {
  /** All that is kept, and how the pool stands now. It also works when the pool has closed, and after `stop()`. */
  dump(): Recording
  /**
   * Writes {@link Recorder.dump} to a file, which appears when it is complete; compressed if the path ends in `.gz`.
   * @throws the error of `fs` when it cannot be written.
   */
  save(path: string): Promise<void>
  /** Ends the recording. What was recorded can still be dumped and saved. Happens by itself when the pool closes. */
  stop(): void
}

class PoolRecorder<C> implements Recorder {
  readonly #options: ResolvedRecorderOptions
  readonly #system: PoolSystem<C>
  readonly #log: PoolLog<C>
  readonly #stops: (() => void)[] = []
  /** The files that it wrote by itself, the oldest first. */
  readonly #files: string[] = []
  #timer: unknown
  /** When it last wrote a file for an incident. */
  #incidentAt: number | undefined

  constructor(system: PoolSystem<C>, options: ResolvedRecorderOptions) {
    this.#system = system
    this.#options = options
    this.#log = new PoolLog(system, options.last, { told: notice => this.#told(notice) })
    const ended = system.actor.subscribe({ error: error => this.#crashed(error) })
    this.#stops.push(
      () => this.#log.stop(),
      () => ended.unsubscribe(),
      () => system.parts.config.clock.clearTimeout(this.#timer),
    )
    this.#log.takeFrame()
    if (system.actor.getSnapshot().status === 'active') this.#follow()
    else this.stop() // it has closed, and nothing else will tell
  }

  #follow(): void {
    const { signal, incidents, frameInterval } = this.#options
    if (signal !== undefined) this.#stops.push(onProcess(signal, () => void this.#write(undefined)))
    if (incidents.has('crash'))
      this.#stops.push(onProcess('uncaughtExceptionMonitor', error => this.#processCrashed(error)))
    if (frameInterval < Number.POSITIVE_INFINITY) this.#takeFrameLater()
  }

  dump(): Recording {
    return this.#log.recording()
  }

  save(path: string): Promise<void> {
    return writeRecording(path, this.dump())
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  #takeFrameLater(): void {
    const { clock } = this.#system.parts.config
    this.#timer = clock.setTimeout(() => {
      this.#log.takeFrame()
      this.#takeFrameLater()
    }, this.#options.frameInterval)
    clock.unref?.(this.#timer)
  }

  #told(notice: Notice): void {
    const incident = incidentIn(notice)
    if (incident !== undefined) this.#noteIncident(incident)
    if (notice.type === 'pool.closed') this.stop()
  }

  #crashed(error: unknown): void {
    const text = `The pool's actor failed: ${describe(error)}`
    this.#noteIncident({ at: this.#system.parts.config.clock.now(), kind: 'crash', text })
  }

  #noteIncident(incident: Incident): void {
    if (!this.#options.incidents.has(incident.kind) || !isDue(incident.at, this.#incidentAt)) return
    this.#incidentAt = incident.at
    void this.#write(incident)
  }

  /** Nothing that takes time is done after this. */
  #processCrashed(error: unknown): void {
    const at = this.#system.parts.config.clock.now()
    const text = `The process ends by an uncaught exception: ${describe(error)}`
    const incident: Incident = { at, kind: 'crash', text }
    const path = this.#newPath()
    try {
      writeRecordingNow(path, { ...this.dump(), incident })
    } catch (failure) {
      this.#complain(failure)
      return
    }
    this.#announce(path, incident, true)
  }

  async #write(incident: Incident | undefined): Promise<void> {
    const recording = incident === undefined ? this.dump() : { ...this.dump(), incident }
    const path = this.#newPath()
    try {
      await writeRecording(path, recording)
      this.#files.push(path)
      while (this.#files.length > this.#options.keep) await rm(this.#files.shift() as string, { force: true })
    } catch (failure) {
      this.#complain(failure)
      return
    }
    this.#announce(path, incident)
  }

  #newPath(): string {
    const { startedAt, pool } = this.#log
    return pathFor(this.#options.folder, pool.name, startedAt + this.#system.parts.config.clock.now())
  }

  /** @param ending the process ends, and a warning would come too late */
  #announce(path: string, incident: Incident | undefined, ending = false): void {
    const { onSaved } = this.#options
    if (onSaved === undefined) {
      const why = incident === undefined ? 'a signal' : incident.kind
      const detail = `${incident === undefined ? '' : `${incident.text}\n`}See it with: npx statepool replay ${path}`
      const what = `wrote a recording, because of: ${why}`
      if (ending) process.stderr.write(`${this.#named(what)}\n${detail}\n`)
      else this.#warn(what, detail)
      return
    }
    try {
      onSaved(path, incident)
    } catch (error) {
      throwOutside(error)
    }
  }

  #complain(failure: unknown): void {
    this.#warn(
      `could not write a recording: ${messageOf(failure)}`,
      "Set the recorder's option folder to a folder that the process may write to.",
    )
  }

  #warn(what: string, detail: string): void {
    warn(this.#named(what), 'PoolRecordingWarning', 'STATEPOOL_RECORDING', detail)
  }

  #named(what: string): string {
    return `The recorder of pool "${this.#log.pool.name}" ${what}`
  }
}

/** An error in a few words, and none that may be secret. */
function describe(error: unknown): string {
  const { name, code, message } = plainError(error)
  return message ?? (code === undefined ? name : `${name} (${code})`)
}
