// How `npx statepool inspect` finds the inspectors that run on this machine, with their tokens: each has a file that only its user can read.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a file says. */
export interface Announcement {
  readonly pid: number
  readonly port: number
  /** With the token. */
  readonly url: string
  /** Of the process. */
  readonly title: string
  /** The names of the pools. */
  readonly pools: readonly string[]
}

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_RDONLY, O_WRONLY } = constants
/** No announcement is longer, in bytes. */
const longest = 64 * 1024
const nameOf = (port: number): string => `inspector-${port}.json`
const named = /^inspector-\d{1,5}\.json$/

/** Windows has no numbers of users, and a folder for temporary files for each of them. */
const user = (): number | undefined => process.getuid?.()

/** Whether only this user, and the administrator, can read and change it. */
const isPrivate = (stats: Stats): boolean =>
  user() === undefined || (stats.uid === user() && (stats.mode & 0o077) === 0)

/** Where the files may be: the first that can be had is taken. */
function folders(): string[] {
  const { XDG_RUNTIME_DIR: own } = process.env
  const temporary = join(tmpdir(), `statepool-${user() ?? 'user'}`)
  return own ? [join(own, 'statepool'), temporary] : [temporary]
}

/** Whether it is a folder, and not a link to one, that others cannot look into. */
function isOurs(folder: string): boolean {
  try {
    const found = lstatSync(folder)
    return found.isDirectory() && isPrivate(found)
  } catch {
    return false
  }
}

/**
 * Writes an announcement.
 * @returns a function that removes it; undefined where no file can be had that others cannot read, and then there is none
 */
export function announce(announcement: Announcement): (() => void) | undefined {
  const text = JSON.stringify(announcement)
  const path = folders().reduce<string | undefined>(
    (written, folder) => written ?? write(folder, nameOf(announcement.port), text),
    undefined,
  )
  if (path === undefined) return undefined
  const remove = (): void => {
    ending.delete(remove)
    if (ending.size === 0) process.off('exit', removeAll)
    try {
      if (readFileSync(path, 'utf8') === text) unlinkSync(path)
    } catch {
      // It is gone.
    }
  }
  if (ending.size === 0) process.on('exit', removeAll)
  ending.add(remove)
  return remove
}

const ending = new Set<() => void>()
const removeAll = (): void => {
  for (const remove of ending) remove()
}

/** @returns the path; undefined where it cannot be written: read-only file systems, full disks, folders of others */
function write(folder: string, name: string, text: string): string | undefined {
  const path = join(folder, name)
  try {
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 })
    if (!isOurs(folder)) return undefined
    rmSync(path, { force: true }) // left behind by another process: the port is this one's now
    writeNew(path, text)
    return path
  } catch {
    return undefined
  }
}

function writeNew(path: string, text: string): void {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    writeFileSync(file, text)
  } finally {
    closeSync(file)
  }
}

/** The inspectors of this user that run on this machine. What processes left behind that have ended is removed. */
export function announcements(): Announcement[] {
  return folders()
    .filter(isOurs)
    .flatMap(folder => readdirSync(folder).map(name => [folder, name] as const))
    .filter(([, name]) => named.test(name))
    .flatMap(([folder, name]) => read(join(folder, name)) ?? [])
    .sort((one, other) => one.port - other.port)
}

function read(path: string): Announcement | undefined {
  try {
    const file = openSync(path, O_RDONLY | O_NOFOLLOW)
    try {
      const stats = fstatSync(file)
      if (!stats.isFile() || !isPrivate(stats) || stats.size > longest) return undefined
      const announcement = checked(JSON.parse(readFileSync(file, 'utf8')))
      if (announcement !== undefined && runs(announcement.pid)) return announcement
      unlinkSync(path)
    } finally {
      closeSync(file)
    }
  } catch {
    // Another process removed it, or it is half written.
  }
  return undefined
}

function checked(given: unknown): Announcement | undefined {
  const { pid, port, url, title, pools } = (given ?? {}) as Partial<Announcement>
  const fits =
    Number.isSafeInteger(pid) &&
    Number.isSafeInteger(port) &&
    typeof url === 'string' &&
    typeof title === 'string' &&
    Array.isArray(pools)
  return fits ? (given as Announcement) : undefined
}

/** Whether there is such a process, of this user or another. */
function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
