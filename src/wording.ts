// How the pool's errors put what they know into words: what happened, why, what to do.
import type { AcquireEvidence } from './errors.js'

/** Why a line is full. */
export function whyFull(maxWaiting: number, max: number): string {
  const connections = `${max} ${max === 1 ? 'connection' : 'connections'} (max)`
  if (maxWaiting === 0)
    return `none of the pool's ${connections} is free, and nobody may wait (maxWaiting is 0)`
  const callers = maxWaiting === 1 ? '1 caller waits' : `${maxWaiting} callers wait`
  return `${callers} already (maxWaiting) for the pool's ${connections}`
}

/** `1,500 ms`. */
export const milliseconds = (value: number): string => `${Math.round(value).toLocaleString('en-US')} ms`

/** What an acquire that timed out says of it. */
export function describeTimeout(timeout: number, evidence: AcquireEvidence): string {
  const { holders, max, connecting, position } = evidence
  const place =
    position === 0
      ? 'the connection found for it was still being validated'
      : `place ${position} of ${evidence.waiting} in the line`
  const lines = [`No connection became free within ${milliseconds(timeout)} (${place}).`]
  if (evidence.lastConnectError !== undefined) {
    lines.push(
      `Why: connections cannot be opened (${evidence.failedConnects} failed in a row; the last error is this error's cause): ${whyNoConnect(evidence.lastConnectError)}.`,
      'What to do: check that the database is up and reachable, and the credentials.',
    )
  } else if (holders.length >= max) {
    const longest = holders
      .slice(0, 3)
      .map(holder => `lease ${holder.lease} on ${holder.connection} for ${milliseconds(holder.heldFor)}`)
    lines.push(
      max === 1
        ? `Why: the only connection (max is 1) is lent out: ${longest.join()}.`
        : `Why: all ${max} connections (max) are lent out; the longest held: ${longest.join(', ')}.`,
      'What to do: release sooner (use pool.use() or await using), hold no lease while acquiring another, or raise max.',
    )
  } else {
    const counts = [
      counted(holders.length, 'lent out'),
      counted(connecting, 'being opened'),
      counted(evidence.total - holders.length - connecting, 'being validated, reset or closed'),
    ].filter(count => count !== '')
    lines.push(
      `Why: of at most ${max} ${max === 1 ? 'connection' : 'connections'} ${counts.join(' and ') || 'none is open yet'}.`,
      'What to do: see whether connects are slow (events$: connection.ready), and raise min, maxConnecting or the timeout.',
    )
  }
  return lines.join('\n  ')
}

const counted = (count: number, what: string): string =>
  count === 0 ? '' : `${count} ${count === 1 ? 'is' : 'are'} ${what}`

/** A connect error's own words, without the advice that this error gives too. */
const whyNoConnect = (error: unknown): string =>
  error instanceof Error && 'why' in error ? String(error.why) : messageOf(error)

/** The text of any thrown value, for use inside another message. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  if (error instanceof Error) return error.message || error.name
  try {
    return String(error)
  } catch {
    return 'something that cannot be printed' // an object without a prototype, say
  }
}
