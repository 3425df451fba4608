// What is wrong with a pool, for the page: what `pool.health()` finds, and what the pool reported lately. Pure, and fit for a browser.
import {
  type Finding as CoreFinding,
  diagnose as findTrouble,
  type PoolFacts,
} from '../actors/watching/diagnosis.js'
import type { Frame, Notice } from '../recorder/format.js'
import { queueFindings, seekingFindings } from './diagnose-queue.js'
import { reportedFindings } from './diagnose-reports.js'
import { factsIn } from './frame-facts.js'
import type { Diagnosis, Finding } from './protocol.js'

/** As `pool.health()` has it by default, in milliseconds. */
const stalledAfter = 10_000

/**
 * Says how a pool is.
 * @param frame how it stands at a moment
 * @param notices what it reported before that moment, the oldest first; a minute's worth is enough
 * @param facts what the pool itself knows; without it, what can be seen in frame and notices
 */
export function diagnose(
  frame: Frame,
  notices: readonly Notice[],
  facts: PoolFacts = factsIn(frame, notices),
): Diagnosis {
  const basic = findTrouble(facts, stalledAfter)
  const hasEnded = basic.some(({ kind }) => kind === 'closed' || kind === 'draining')
  const findings = [
    ...basic.map(presented),
    ...(hasEnded ? [] : queueFindings(frame, basic, facts.budget)),
    ...(hasEnded ? [] : reportedFindings(frame, notices)),
    ...(hasEnded ? [] : seekingFindings(frame)),
  ]
  const rank = { down: 0, degraded: 1, note: 2 } as const
  findings.sort((one, other) => rank[one.level] - rank[other.level])
  const worst = findings[0]?.level ?? 'note'
  return { level: worst === 'note' ? 'ok' : worst, findings }
}

const titles: Readonly<Record<CoreFinding['kind'], string>> = {
  closed: 'The pool is closed',
  draining: 'The pool is closing',
  'database down': 'The database is down',
  'connects failing': 'Connects fail',
  starting: 'The pool is starting',
  leaked: 'A lease looks leaked',
  stalled: 'No caller is served',
  'slow queue': 'Callers wait long',
  'lane full': 'A lane is full',
  overloaded: 'The pool is overloaded',
  'budget spent': 'The budget is spent',
  'budget away': 'The fleet’s engine is away',
  paused: 'The pool is paused',
}

function presented({ kind, severity, what, remedy, since, holders }: CoreFinding): Finding {
  const [longest] = kind === 'leaked' || kind === 'stalled' ? holders : []
  return {
    kind,
    level: severity,
    title: kind === 'leaked' && holders.length > 1 ? `${holders.length} leases look leaked` : titles[kind],
    text: remedy === undefined || remedy === '' ? what : `${what} ${remedy}`,
    since,
    ...(longest === undefined ? undefined : { connection: longest.connection }),
    ...(longest?.acquiredFrom === undefined ? undefined : { stack: longest.acquiredFrom }),
  }
}
