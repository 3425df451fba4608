// `statepool replay`: a recording in a browser, as a trace, or in words.
import { decodeRecords, RecordingError } from '../recorder/codec.js'
import { readRecording } from '../recorder/file.js'
import { perfettoTrace } from '../recorder/perfetto.js'
import type { Recording } from '../recorder/recording.js'
import { replay } from '../recorder/replay.js'
import { UsageError } from './usage.js'
import { writeOut } from './write-out.js'

/** Reads a recording. @throws UsageError, which says what is wrong with the file. */
export async function recordingIn(file: string): Promise<Recording> {
  try {
    return await readRecording(file)
  } catch (error) {
    if (error instanceof RecordingError) throw new UsageError(`${file}: ${error.message}`, { cause: error })
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new UsageError(`There is no file ${file}.`, { cause: error })
    throw new UsageError(`${file} cannot be read (${code}).`, { cause: error })
  }
}

/** Writes a recording as a trace; `-` is the terminal. Answers what to tell of it. */
export async function writeTrace(
  recording: Recording,
  out: string,
  print: (text: string) => void,
): Promise<string> {
  const text = `${JSON.stringify(perfettoTrace(recording))}\n`
  if (out === '-') {
    print(text)
    return ''
  }
  await writeOut(out, text)
  return `Wrote ${out}. Open it at https://ui.perfetto.dev, which reads it in the browser and sends it nowhere.\n`
}

/** What is in a recording, in a few lines. */
export function summaryOf(recording: Recording): string {
  const { pool, startedAt, incident, notices, frames, skipped } = recording
  const records = decodeRecords(recording.records, recording.names)
  const times = [...records, ...notices, ...frames].map(({ at }) => at)
  const [first, last] = [
    times.reduce((a, b) => Math.min(a, b), times[0] ?? 0),
    times.reduce((a, b) => Math.max(a, b), times[0] ?? 0),
  ]
  const day = (at: number): string => new Date(startedAt + at).toISOString()
  const connections = new Set(
    records.filter(({ actor }) => actor.startsWith('connection-')).map(({ actor }) => actor),
  )
  const { stats } = frames.at(-1) ?? {}
  return [
    `pool          ${pool.name} (${pool.driver}), ${pool.options.min} to ${pool.options.max} connections`,
    `from          ${day(first)}`,
    `to            ${day(last)} (${((last - first) / 1_000).toFixed(1)} s)`,
    `transitions   ${records.length.toLocaleString('en-US')} of ${connections.size} connections and the pool${skipped > 0 ? `; ${skipped.toLocaleString('en-US')} before them were not kept` : ''}`,
    `reports       ${notices.length.toLocaleString('en-US')}`,
    ...(stats === undefined
      ? []
      : [
          `at the end    ${stats.state}: ${stats.idle} idle, ${stats.busy} leased, ${stats.connecting} connecting, ${stats.waiting} callers waiting`,
        ]),
    ...(incident === undefined
      ? []
      : [`incident      ${incident.kind}, ${day(incident.at)}`, `              ${incident.text}`]),
    '',
  ].join('\n')
}

/** What the machines say of a recording; undefined if they agree. */
export function contradictionsIn(recording: Recording): string | undefined {
  const { contradictions } = replay(recording)
  if (contradictions.length === 0) return undefined
  const shown = contradictions.slice(0, 10).map(({ index, text }) => `record ${index}: ${text}`)
  const more = contradictions.length - shown.length
  return [
    `The recording contradicts the statecharts in ${contradictions.length} places:`,
    ...shown,
    ...(more > 0 ? [`and ${more} more`] : []),
    'It has a gap, or another version of statepool wrote it.',
    '',
  ].join('\n')
}
