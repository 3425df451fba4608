// `statepool inspect`: where a pool can be seen.
import { UsageError } from './usage.js'

/** The address of an inspector: as it was given, or at a port of this machine; undefined for what is neither, and so a file. */
export function addressIn(where: string): string | undefined {
  if (/^https?:\/\//i.test(where)) return parsed(where)
  if (/^\d+$/.test(where)) {
    const port = Number(where)
    if (port < 1 || port > 65_535)
      throw new UsageError(`There is no port ${where}: ports go from 1 to 65535.`)
    return `http://127.0.0.1:${port}/`
  }
  return undefined
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
