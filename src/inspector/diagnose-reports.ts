// What a pool reported lately and is not over yet: callers that were not served, and connections that were lost or broken.
import type { Frame, Notice } from '../recorder/format.js'
import { counted, within } from './diagnose-words.js'
import type { Finding } from './protocol.js'

/** How long something that is over counts as wrong, in milliseconds. */
const recent = 30_000
/** So many connections that end at once are no accident. */
const several = 2

/** Findings about what was reported. */
export function reportedFindings(frame: Frame, notices: readonly Notice[]): Finding[] {
  const lately = notices.filter(({ at }) => frame.at - at < recent)
  return [
    ...deadlocks(frame, notices, lately),
    ...timeouts(lately),
    ...refusals(lately),
    ...losses(lately),
    ...breakages(lately),
  ]
}

/** Callers of `use()` that wait for one another (`deadlockCheck`): waiting still, or refused just now. */
function deadlocks(
  { waiting, stats }: Frame,
  notices: readonly Notice[],
  lately: readonly Notice[],
): Finding[] {
  const waits = new Set<unknown>(waiting.map(({ request }) => request))
  const isOn = ({ request }: Notice): boolean => waits.has(request) || stats.waiting > waits.size
  const on = notices.findLast(notice => notice.type === 'acquire.deadlocked' && isOn(notice))
  const refused = lately.findLast(
    ({ type, error }) => type === 'acquire.refused' && error?.code === 'SELF_DEADLOCK',
  )
  const notice = on ?? refused
  if (notice === undefined) return []
  return [
    {
      kind: 'deadlock',
      level: on === undefined ? 'degraded' : 'down',
      title: on === undefined ? 'A deadlock was refused' : 'Callers wait for one another',
      text:
        notice.error?.message ?? 'Callbacks of pool.use() hold every connection and wait for another one.',
      since: notice.at,
    },
  ]
}

function timeouts(lately: readonly Notice[]): Finding[] {
  const timedOut = within(lately, 'acquire.timedOut')
  const [first] = timedOut
  if (first === undefined) return []
  const title = `${counted(sumOf(timedOut), 'caller')} timed out`
  const text = timedOut.at(-1)?.error?.message ?? 'No connection became free in time.'
  return [{ kind: 'timeouts', level: 'degraded', title, text, since: first.at }]
}

const refusable = ['QUEUE_FULL', 'DATABASE_DOWN', 'POOL_PAUSED']

function refusals(lately: readonly Notice[]): Finding[] {
  const refused = within(lately, 'acquire.refused').filter(({ error }) =>
    refusable.includes(error?.code ?? ''),
  )
  const [first] = refused
  if (first === undefined) return []
  const count = sumOf(refused)
  const title = `${counted(count, 'caller')} ${count === 1 ? 'was' : 'were'} refused`
  const text = refused.at(-1)?.error?.message ?? 'The pool refused them at once.'
  return [{ kind: 'refused', level: 'degraded', title, text, since: first.at }]
}

/** Of like notices about callers, one may stand for several. */
const sumOf = (notices: readonly Notice[]): number =>
  notices.reduce((sum, { count }) => sum + (typeof count === 'number' ? count : 1), 0)

function losses(lately: readonly Notice[]): Finding[] {
  const lost = within(lately, 'connection.lost')
  const [first] = lost
  if (first === undefined) return []
  const one = lost.length === 1
  return [
    {
      kind: 'connections lost',
      level: lost.length >= several ? 'degraded' : 'note',
      title: `${counted(lost.length, 'connection')} ${one ? 'was' : 'were'} lost`,
      text: `The database or the network closed ${one ? 'it' : 'them'}${saidBy(lost)}. The pool replaces what it needs.`,
      since: first.at,
      ...(one && first.connection !== undefined ? { connection: first.connection } : undefined),
    },
  ]
}

const broken = ['validation', 'reset', 'cancel'].flatMap(what => [`${what} failed`, `${what} timeout`])

function breakages(lately: readonly Notice[]): Finding[] {
  const closed = within(lately, 'connection.closed').filter(({ reason }) => broken.includes(reason ?? ''))
  const [first] = closed
  if (first === undefined) return []
  const one = closed.length === 1
  return [
    {
      kind: 'validations failing',
      level: closed.length >= several ? 'degraded' : 'note',
      title: `${counted(closed.length, 'connection')} failed ${one ? 'its' : 'their'} validation or reset`,
      text: `The last reason: ${closed.at(-1)?.reason}${saidBy(closed)}. No caller received ${one ? 'it' : 'them'}. Check the database and what is in between, such as a firewall or a proxy.`,
      since: first.at,
    },
  ]
}

/** Of a driver's error no more than its kind: its words may have SQL in them. */
function saidBy(notices: readonly Notice[]): string {
  const error = notices.at(-1)?.error
  return error === undefined ? '' : ` (${error.code ?? error.name})`
}
