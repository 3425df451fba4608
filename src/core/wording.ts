// How the pool's errors put what they know into words: what happened, why, what to do.
import type { BudgetEvidence } from './budget-evidence.js'
import type {
  AcquireEvidence,
  AcquireObstacle,
  HostEvidence,
  LeaseHolder,
  OverloadEvidence,
  RefusalEvidence,
} from './evidence.js'

/** How many connections a pool may have. */
interface Room {
  /** How many it may have now. */
  readonly max: number
  /** Of an adaptive pool, what `max` says: it may give itself so many. */
  readonly limit?: number | undefined
}

/** Whether the pool itself keeps its size below what it may have. */
const choosesLess = ({ max, limit }: Room): boolean => limit !== undefined && max < limit

/** Where the number of connections comes from, in brackets: `max`, or that the pool chose it. */
export const sourceOfMax = (room: Room, otherwise = 'max'): string =>
  choosesLess(room) ? `adaptive; max is ${room.limit}` : otherwise

/**
 * A list of what to do, the last of which is to raise `max`. It helps no pool that gives itself less than it may have.
 * @param clause what follows the option's name
 */
export function orRaiseMax(room: Room, things: readonly string[], clause = ''): string {
  const list = (items: readonly string[]): string =>
    items.length < 3 ? items.join(', or ') : `${items.slice(0, -1).join(', ')}, or ${items.at(-1)}`
  return choosesLess(room)
    ? `${list(things)}; the pool chooses its size by itself (adaptive), so raising max does not help`
    : list([...things, `raise max${clause}`])
}

/** Tells a caller that the queue is full. */
export function describeFull(
  maxWaiting: number,
  obstacle: Extract<AcquireObstacle, 'exhausted' | 'connects failing' | 'paused' | 'lane full'>,
  evidence: RefusalEvidence,
): string {
  const { max, failedConnects, lastConnectError, lane } = evidence
  const waiting = lane?.waiting ?? evidence.waiting
  const [why, advice] = {
    'lane full': () => [
      `the lane '${lane?.name}' has no room (lanes.${lane?.name}.max is ${lane?.max})`,
      "Shed load upstream, hold connections for less time, or raise maxWaiting or the lane's max.",
    ],
    exhausted: () => [
      `none of the pool's ${max} ${max === 1 ? 'connection' : 'connections'} (${sourceOfMax(evidence)}) is free`,
      `${orRaiseMax(evidence, ['Shed load upstream', 'hold connections for less time', 'raise maxWaiting'])}.`,
    ],
    paused: () => ['the pool is paused', 'Call pool.resume(), or raise maxWaiting.'],
    'connects failing': () => [
      `the pool cannot connect (${failedInARow(failedConnects)}: ${withoutStop(whyNoConnect(lastConnectError))})`,
      `${remedyFor(lastConnectError)}.`,
    ],
  }[obstacle]()
  const others =
    waiting === 0
      ? `queueing is disabled (maxWaiting is ${maxWaiting})`
      : `${waiting === 1 ? '1 caller is' : `${waiting} callers are`} already waiting (maxWaiting is ${maxWaiting})`
  return `The acquire was refused: ${why}, and ${others}. ${advice}`
}

/** Tells a caller that the pool is overloaded. */
export function describeOverload(evidence: OverloadEvidence): string {
  const { waited, target, delay, overloadedFor, waiting, max } = evidence
  const callers = waiting === 1 ? 'this caller waits' : `${waiting} callers wait`
  const advice = orRaiseMax(
    evidence,
    ['answer 503 and have the client try again later', 'hold connections for less time'],
    ' if the database has room',
  )
  return `The acquire was refused after ${milliseconds(waited)}: the pool is overloaded.\n  Why: callers arrive faster than the pool's ${max} ${max === 1 ? 'connection' : 'connections'} (${sourceOfMax(evidence)}) ${max === 1 ? 'serves' : 'serve'} them, and during an overload a caller waits for at most ${milliseconds(target)} (shed.target). The pool has been overloaded for ${milliseconds(overloadedFor)}; ${callers}, and the last one served had waited for ${milliseconds(delay)}.\n  What to do: ${advice}.`
}

/** Tells a caller that it waits for itself. */
export function describeDeadlock(leases: readonly number[], max: number): string {
  const own = leases.length === 1 ? `lease ${leases[0]}` : `leases ${leases.join(', ')}`
  const who =
    max === 1
      ? `the only connection (max is 1) is already held by the pool.use() call that is acquiring another one (${own})`
      : `all ${max} connections (max) are held by pool.use() calls that are waiting for another one, and this caller is inside one of them (${own})`
  return `This acquire would wait forever.\n  Why: ${who}.\n  What to do: pass the connection already held to the code that needs one, or acquire before or after pool.use() rather than inside it; more connections only make this rarer.`
}

/** What there is to say to a caller that no host suits. */
export function describeNoHost(target: string, waited: number, hosts: readonly HostEvidence[]): string {
  const when = waited === 0 ? 'at once' : `within ${milliseconds(waited)}`
  const advice = hosts.every(({ state }) => state === 'down')
    ? `${remedyFor(hosts[0]?.lastError)} on each host`
    : `${missing[target] ?? 'Check the hosts that are down'}, or ask for another kind of host (target: 'any')`
  return `No host fitted the target '${target}' ${when}.\n  Why: ${hosts.map(describeHost).join('; ')}.\n  What to do: ${lowerFirst(advice)}.`
}

/** What is missing where no host fits. */
const missing: Readonly<Record<string, string>> = {
  primary:
    'Have a standby promoted, or the former primary started again, if the failover does not do it by itself',
  standby: 'Check that a standby is up and among the hosts',
}

function describeHost({ host, state, lasted, lastError }: HostEvidence): string {
  const what = {
    unknown: 'has not told its role',
    primary: 'has been the primary',
    standby: 'has been a standby',
    down: 'has been down',
  }[state]
  const why = lastError === undefined ? '' : ` (${withoutStop(whyNoConnect(lastError))})`
  return `${host} ${what} for ${milliseconds(lasted)}${why}`
}

/** What came of the last connects; the error that says it has the last one's error as its cause. */
export const failedInARow = (count: number): string =>
  count === 1
    ? "1 attempt failed; its error is this error's cause"
    : `${count} attempts failed in a row; the last error is this error's cause`

/** `1,500 ms`. */
export const milliseconds = (value: number): string => `${Math.round(value).toLocaleString('en-US')} ms`

/** What an acquire that timed out says of it. */
export function describeTimeout(
  timeout: number,
  obstacle: AcquireObstacle,
  evidence: AcquireEvidence,
): string {
  const { position, firstPosition, lane } = evidence
  const waiting = lane?.waiting ?? evidence.waiting
  const place =
    position === 0
      ? 'its connection was still being validated'
      : firstPosition > position
        ? `position ${position} of ${waiting} in the queue, down from ${firstPosition}`
        : `position ${position} of ${waiting} in the queue`
  const [why, advice] = explanations[obstacle](evidence)
  return `No connection became free within ${milliseconds(timeout)} (${place}).\n  Why: ${withoutStop(why)}.\n  What to do: ${advice}.`
}

/** A sentence without its full stop, to go inside one of ours. */
export const withoutStop = (text: string): string => text.replace(/\.$/, '')

/** The three leases that have been held longest, which come first. */
const heldLongest = (holders: readonly LeaseHolder[]): string =>
  holders
    .slice(0, 3)
    .map(({ lease, connection, heldFor }) => `lease ${lease} on ${connection} for ${milliseconds(heldFor)}`)
    .join(', ')

/** For each obstacle, why the caller was not served, and what to do about it. */
const explanations: Record<AcquireObstacle, (evidence: AcquireEvidence) => readonly [string, string]> = {
  paused: () => [
    'the pool is paused',
    'call pool.resume(), or omit the timeout: acquireTimeout does not run while the pool is paused',
  ],
  'self-deadlock': ({ deadlocked, max }) => [
    `self-deadlock: this caller held ${deadlocked.length === 1 ? 'lease' : 'leases'} ${deadlocked.join(', ')} while it waited, and every other holder was waiting too (max is ${max})`,
    'pass the connection already held to the inner call, or release it before acquiring another',
  ],
  'connects failing': ({ failedConnects, lastConnectError }) => [
    `the pool cannot connect (${failedInARow(failedConnects)}): ${whyNoConnect(lastConnectError)}`,
    lowerFirst(remedyFor(lastConnectError)),
  ],
  'validations failing': ({ lastValidationError }) => [
    `connections that became free failed validation (the last error is this error's cause): ${messageOf(lastValidationError)}`,
    'check the database and what is in between (a firewall, a proxy); events$ reports each connection.closed',
  ],
  exhausted: evidence => {
    const { holders, max } = evidence
    const longest = heldLongest(holders)
    const what =
      max === 1
        ? `the only connection (${sourceOfMax(evidence, 'max is 1')}) is leased: ${longest}`
        : `all ${max} connections (${sourceOfMax(evidence)}) are leased; held longest: ${longest}`
    return [
      `${what}${whereAcquired(holders[0])}`,
      orRaiseMax(evidence, [
        'release sooner (use pool.use() or await using)',
        'do not hold a lease while acquiring another',
      ]),
    ]
  },
  'connects slow': evidence => [
    `${inNumbers(evidence)}, the slowest for ${milliseconds(evidence.connectingFor)} so far`,
    'find out why connecting is slow (events$: connection.ready), or raise min, maxConnecting or the timeout',
  ],
  'budget spent': ({ budget }) => [
    budget === undefined ? '' : whoHolds(budget),
    budget?.away === undefined ? budgetAdvice : awayAdvice,
  ],
  'lane full': ({ lane, holders }) => {
    const own = holders.filter(holder => holder.lane === lane?.name)
    const held = own.length === 0 ? '' : `; held longest: ${heldLongest(own)}`
    return [
      `the lane '${lane?.name}' has no room: all ${lane?.max} of its connections (lanes.${lane?.name}.max) are taken${held}${whereAcquired(own[0])}`,
      "release sooner, do not hold a lease while acquiring another one by the same lane, or raise the lane's max",
    ]
  },
  'in transit': evidence => [
    inNumbers(evidence),
    'find out what validations, resets and graceful closes are waiting for (events$), or raise the timeout',
  ],
}

const budgetAdvice =
  "release sooner (use pool.use() or await using), raise the budget's maximum, or lower the pools' own max so that each leaves more to the others"

const awayAdvice =
  "see that the fleet's engine is up and that this process reaches it (events$: pool.budgetAway), or raise the fleet's floor"

/** `the group has no connection left (max is 10): A holds 7, B holds 3`. */
export function whoHolds({ budget, holders, max, away }: BudgetEvidence): string {
  if (away !== undefined) return `${away.budget} does not answer, so the pool opens none beyond ${away.floor}`
  const named = holders.slice(0, 5).map(({ pool, connections }) => `${pool} holds ${connections}`)
  const rest = holders.slice(5)
  const others = rest.reduce((sum, { connections }) => sum + connections, 0)
  if (rest.length > 0) named.push(`${rest.length} others hold ${others}`)
  return `${budget} has no connection left (max is ${max})${named.length === 0 ? '' : `: ${named.join(', ')}`}`
}

function inNumbers({ holders, connecting, total, max }: AcquireEvidence): string {
  const counts = [
    counted(holders.length, 'leased'),
    counted(connecting, 'being opened'),
    counted(total - holders.length - connecting, 'being validated, reset or closed'),
  ].filter(count => count !== '')
  return `of at most ${max} ${max === 1 ? 'connection' : 'connections'}, ${counts.join(' and ') || 'none is open yet'}`
}

/** Where the longest held lease was acquired, if that is known. */
const whereAcquired = (holder: LeaseHolder | undefined): string =>
  holder?.acquiredFrom === undefined
    ? ''
    : ` (lease ${holder.lease} was acquired ${firstUsefulLine(holder.acquiredFrom)})`

/** The line of a stack to look at first: the first one that is neither Node's nor a package's, or else the first. */
export function firstUsefulLine(stack: string): string {
  const lines = stack.split('\n')
  return lines.find(line => !/[/\\]node_modules[/\\]|\(?node:/.test(line)) ?? (lines[0] as string)
}

const counted = (count: number, what: string): string =>
  count === 0 ? '' : `${count} ${count === 1 ? 'is' : 'are'} ${what}`

/** A connect error's own words, without the advice that this error gives too. */
const whyNoConnect = (error: unknown): string =>
  error instanceof Error && 'why' in error ? String(error.why) : messageOf(error)

/** What to do about a connect error, without a full stop: as its driver has it, or else in general. */
function remedyFor(error: unknown): string {
  const remedy = error instanceof Error && 'remedy' in error ? error.remedy : undefined
  return typeof remedy === 'string'
    ? withoutStop(remedy)
    : 'Check that the database is up and reachable, and check the credentials'
}

/** For the middle of a sentence; names such as PostgreSQL or INSTALL stay as they are. */
export const lowerFirst = (text: string): string =>
  text.replace(/^[A-Z](?=[a-z]*\b)/, letter => letter.toLowerCase())

/** Where an error or a warning of this code is explained: its section of a page that is in the package. */
export const pageOf = (code: string): string => `statepool/docs/errors.md#${code.toLowerCase()}`

/** A message of the pool's, with where it is explained as its last line. */
export const withLink = (message: string, code: string): string => `${message}\n  See ${pageOf(code)}`

/** A message without its link, to go inside another text. */
export const withoutLink = (message: string): string =>
  message.replace(/\n {2}See statepool\/docs\/errors\.md#\w+$/, '')

/** The text of any thrown value, for use inside another message. Never throws, whatever was thrown. */
export function messageOf(error: unknown): string {
  try {
    if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
    if (error instanceof Error) return withoutLink(String(error.message || error.name))
    if (error === undefined || error === null) return 'no reason was given'
    return String(error)
  } catch {
    return 'something that cannot be printed' // an object without a prototype, or one whose getters throw
  }
}
