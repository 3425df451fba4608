// `statepool inspect`: where a pool can be seen.
import type { Announcement } from '../inspector/announcement.js'
import { UsageError } from './usage.js'

/** The address, with its token, of an inspector of this user that runs at a port of this machine. */
export const announcedAt = (where: string, running: readonly Announcement[]): string | undefined =>
  running.find(({ port }) => String(port) === where)?.url

/** The inspectors that run, in words; what other processes are called is not for the terminal to obey. */
export function listOf(running: readonly Announcement[]): string {
  if (running.length === 0)
    throw new UsageError(
      'No inspector of yours runs on this machine. Start one in the application: await inspector(pool) of statepool/inspector.',
    )
  return running
    .map(
      ({ url, pid, title, pools }) =>
        `${url}\n  ${pools.join(', ') || 'no pool'} · ${title}, process ${pid}\n`,
    )
    .join('')
    .replace(/[^\P{C}\n]/gu, '')
}

/** The address of an inspector: as it was given, with or without `http://`, or at a port of this machine; undefined for what is none of these, and so a file. */
export function addressIn(where: string): string | undefined {
  if (/^https?:\/\//i.test(where)) return parsed(where)
  if (/^\d+$/.test(where)) {
    const port = Number(where)
    if (port < 1 || port > 65_535)
      throw new UsageError(`There is no port ${where}: ports go from 1 to 65535.`)
    return `http://127.0.0.1:${port}/`
  }
  return /^(\[[\da-f:]+\]|[\w.-]+):\d+$/i.test(where) ? parsed(`http://${where}/`) : undefined
}

function parsed(url: string): string {
  try {
    return new URL(url).href
  } catch {
    throw new UsageError(`${url} is not an address.`)
  }
}

/** Whether something answers there. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'manual' })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}

/** Whether it has what the page needs to be let in. */
export const hasToken = (url: string): boolean => /[#&?]token=/.test(url)
