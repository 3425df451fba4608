// Recordings as files.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip, gzipSync } from 'node:zlib'
import { decode, encode, RecordingError } from './codec.js'
import type { Recording } from './format.js'

/** A file is complete as soon as it has its name. Only its owner may read it: it shows how an application works. */
const mode = 0o600

const isPacked = (path: string): boolean => path.endsWith('.gz')

/** How many this process has begun to write. */
let written = 0

/** Writes a recording, compressed if the path ends in `.gz`, and creates the folder if need be. */
export async function writeRecording(path: string, recording: Recording): Promise<void> {
  const bytes = encode(recording)
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}-${++written}.part`
  try {
    await writeFile(unfinished, isPacked(path) ? await promisify(gzip)(bytes) : bytes, { mode })
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

/** The same for a process that is about to end. */
export function writeRecordingNow(path: string, recording: Recording): void {
  const bytes = encode(recording)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, isPacked(path) ? gzipSync(bytes) : bytes, { mode })
}

/**
 * Reads a file that a recorder wrote, compressed or not.
 * @throws RecordingError when it is no recording, of another version, or cut off; the error of `fs` when it cannot be read.
 */
export async function readRecording(path: string): Promise<Recording> {
  const bytes = await readFile(path)
  if (!(bytes[0] === 0x1f && bytes[1] === 0x8b)) return decode(bytes)
  try {
    return decode(await promisify(gunzip)(bytes))
  } catch (error) {
    if (error instanceof RecordingError) throw error
    throw new RecordingError('This recording cannot be unpacked: it was cut off, or changed on its way.', {
      cause: error,
    })
  }
}

/** The names that were given last, all in one millisecond. */
const given = { time: '', paths: new Set<string>() }

/** What a file is called that a recorder writes by itself: `orders-2026-11-29T13-42-51-120Z.statepool.gz`, with a number behind the time if there is one of that name. */
export function pathFor(folder: string, pool: string, unixTime: number): string {
  const name = pool.replaceAll(/[^\w.-]+/g, '_').slice(0, 60)
  const time = new Date(unixTime).toISOString().replaceAll(/[:.]/g, '-')
  if (given.time !== time) given.paths.clear()
  given.time = time
  const stem = join(folder, `${name}-${time}`)
  let path = `${stem}.statepool.gz`
  for (let number = 2; given.paths.has(path) || existsSync(path); number++)
    path = `${stem}-${number}.statepool.gz`
  given.paths.add(path)
  return path
}
