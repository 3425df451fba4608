// Which of a pool's notices are incidents, and how often one is worth a file.
import type { Incident, IncidentKind, Notice } from './format.js'

const kinds: Readonly<Record<string, IncidentKind>> = {
  'acquire.timedOut': 'acquire timeout',
  'pool.down': 'outage',
  'lease.leaked': 'leak',
  'acquire.deadlocked': 'deadlock',
}

/** The incident that a notice tells of; undefined if it is none. */
export function incidentIn(notice: Notice): Incident | undefined {
  const kind =
    notice.type === 'acquire.refused' && notice.error?.code === 'SELF_DEADLOCK'
      ? 'deadlock'
      : kinds[notice.type]
  return kind && { at: notice.at, kind, text: textOf(notice) }
}

function textOf({ error, type, connection, heldFor, lease }: Notice): string {
  if (type === 'lease.leaked')
    return `Lease ${lease} has been held for ${Math.round(Number(heldFor))} ms, on ${connection}.`
  return error?.message ?? type
}

/** How long after a file the next one may come, in milliseconds. */
export const quietTime = 60_000

/** Whether an incident may have a file, when the last file came at `lastAt`. */
export const isDue = (at: number, lastAt: number | undefined): boolean =>
  lastAt === undefined || at - lastAt >= quietTime
