// Callers who wait, before it is so long that `pool.health()` minds: for leases to end, or for connects.
import type { Finding as CoreFinding, PoolFacts } from '../actors/watching/diagnosis.js'
import { firstUsefulLine, milliseconds, orRaiseMax, whoHolds } from '../core/wording.js'
import type { Frame } from '../recorder/format.js'
import { counted } from './diagnose-words.js'
import type { Finding } from './protocol.js'

type Budget = NonNullable<PoolFacts['budget']>

/** A caller that waits for so long has a pool that is too busy; what is shorter is a queue at work. In milliseconds. */
const longWait = 1_000

/** What the core says of the same. */
const sameMatter: readonly CoreFinding['kind'][] = [
  'stalled',
  'slow queue',
  'paused',
  'overloaded',
  'budget spent',
  'budget away',
  'database down',
]

/**
 * Why callers wait.
 * @param budget who holds the connections of the budget that has none left for the pool; undefined if none holds it back
 */
export function queueFindings(
  frame: Frame,
  known: readonly CoreFinding[],
  budget: Budget | undefined,
): Finding[] {
  const { at, stats, leases, waiting } = frame
  const since = Math.min(...waiting.map(caller => caller.since))
  if (waiting.length === 0 || known.some(({ kind }) => sameMatter.includes(kind))) return []
  const count = Math.max(stats.waiting, waiting.length)
  const who = `${counted(count, 'caller')} ${count === 1 ? 'waits' : 'wait'}, the longest for ${milliseconds(at - since)}.`
  if (leases.length >= stats.max) return [exhaustion(frame, who, since)]
  if (budget !== undefined) return [spent(budget, who, at - since, since)]
  if (stats.connecting === 0 || at - since < longWait) return []
  const opening = `${counted(stats.connecting, 'connection')} ${stats.connecting === 1 ? 'is' : 'are'} being opened.`
  return [
    {
      kind: 'connects slow',
      level: 'degraded',
      title: 'Callers wait for connects',
      text: `${who} ${opening} Find out why connecting is slow, or raise min, maxConnecting or the timeout.`,
      since,
    },
  ]
}

/** Callers of the pool of hosts wait in the queue of none of its hosts. */
export function seekingFindings({ stats: { host } }: Frame): Finding[] {
  if (host === undefined || host.seeking === 0) return []
  const { seeking } = host
  const text = `${counted(seeking, 'caller')} of the pool of hosts ${seeking === 1 ? 'waits' : 'wait'}, because no host is what ${seeking === 1 ? 'it wants' : 'they want'}. Have a standby promoted, or bring back the host that is down.`
  return [{ kind: 'no host', level: 'degraded', title: 'No host fits', text, since: null }]
}

/** No connection may be opened for those who wait: other pools hold all of the budget. */
const spent = (budget: Budget, who: string, waited: number, since: number): Finding => ({
  kind: 'budget spent',
  level: waited >= longWait ? 'degraded' : 'note',
  title: 'The budget is spent',
  text: `${who} The pool wants one more connection, and ${whoHolds(budget)}. A pool that holds more gives one back as its leases end: hold connections for less time, or raise the budget's maximum if the database has room.`,
  since,
})

/** No connection can be opened for those who wait: all are leased. */
function exhaustion({ at, stats, leases }: Frame, who: string, since: number): Finding {
  const longestFirst = [...leases].sort((one, other) => one.since - other.since)
  const held = longestFirst
    .slice(0, 3)
    .map(lease => `lease ${lease.lease} on ${lease.connection} for ${milliseconds(at - lease.since)}`)
  const known = longestFirst.find(({ from }) => from !== undefined)
  const where =
    known?.from === undefined ? '' : ` Lease ${known.lease} was acquired ${firstUsefulLine(known.from)}.`
  const { max } = stats
  const advice = orRaiseMax({ max, limit: stats.adaptive?.limit }, [
    'Release sooner (use pool.use() or await using)',
    'do not hold a lease while acquiring another',
  ])
  return {
    kind: 'exhausted',
    level: at - since >= longWait ? 'degraded' : 'note',
    title: max === 1 ? 'The only connection is leased' : `All ${max} connections are leased`,
    text: `${who} Held longest: ${held.join(', ')}.${where} ${advice}.`,
    since,
    ...(known?.from === undefined ? undefined : { connection: known.connection, stack: known.from }),
  }
}
