// What the pool decides by: the guards of its chart.
import { isFlapping, isLoop, isStillborn, urgedBackoff } from './decisions/backoff.js'
import { isLendHopeless } from './decisions/fitness.js'
import { hasEased, isOverloaded } from './decisions/overload.js'
import { isDown, isOwedAnAttempt, isQueueFull, isShort, triesAnew } from './decisions/sizing.js'
import type { PoolContext, PoolEvent } from './pool-types.js'

/** What a guard is asked about. */
interface Asked {
  readonly context: PoolContext
  readonly event: PoolEvent
}

/** Whether the event tells of the end of a connection that never was of use. */
function isVain(event: PoolEvent, now: number): boolean {
  return 'output' in event && event.output !== undefined && isStillborn(event.output, now)
}

export const poolGuards = {
  hasIdle: ({ context }: Asked) => context.roster.idle > 0,
  isQueueFull: ({ context }: Asked) => isQueueFull(context),
  /** No connection is left, and callers do not wait until one can be opened (`whenDown: 'fail'`). */
  isDown: ({ context }: Asked) => isDown(context),
  /** The same, and no connect is tried for the caller (`whenDown: 'fail'`). */
  isRefusedAtOnce: ({ context }: Asked) => context.whenDown === 'fail' && isDown(context),
  /** A connect is tried for the caller, who is refused only when that fails (`whenDown: 'try'`, or 'fail-until-up' before the first one). */
  isTriedAnew: ({ context }: Asked) => triesAnew(context),
  /** A caller waits for whom no connect has been tried since. */
  isOwedAnAttempt: ({ context }: Asked) => isOwedAnAttempt(context),
  /** The caller does not want to wait at all. */
  isImpatient: ({ event }: Asked) => event.type === 'acquire' && event.timeout === 0,
  /** `onLend` has thrown for this caller on one connection after another: it is not the connections. */
  isLendHopeless: ({ event }: Asked) =>
    event.type === 'connection.declined' && isLendHopeless(event.request?.failures),
  /** As many connections are open as the pool keeps at least. */
  isFilled: ({ context }: Asked) => context.roster.established >= context.size.min,
  /** A connection is missing, to fill the pool to its minimum or for callers who wait, and there is room for it. */
  isShort: ({ context }: Asked) => isShort(context),
  /** No connection is left, so that only a connect shows whether the database is back. */
  isCutOff: ({ context }: Asked) => context.roster.established === 0,
  /** One more connection may be opened. */
  hasRoom: ({ context }: Asked) => context.roster.total < context.size.max,
  /** The connection that ended had been opened in vain: it never was of use. */
  isStillborn: ({ context, event }: Asked) => isVain(event, context.world.now()),
  /** So many have been, in quick succession, that opening the next one at once would be a loop. */
  isStillbornAgain: ({ context, event }: Asked) =>
    isVain(event, context.world.now()) && isLoop(context, context.size.max, context.world.now()),
  /** Connections open, but have been ending at once: that one more has opened says nothing. */
  isFlapping: ({ context }: Asked) => isFlapping(context, context.size.max, context.world.now()),
  /** It is worth while to begin the back-off again, with a shorter one. */
  isLongBackoff: ({ context }: Asked) => context.backoff > urgedBackoff(context.backoff),
  /** This close ends earlier than the one under way. */
  isSooner: ({ context, event }: Asked) =>
    event.type === 'close' && event.at + event.timeout < context.drainUntil,
  /** The probe ended without saying so: it was cancelled, or its actor crashed. One that waits for the budget is still to come. */
  isProbeGone: ({ context }: Asked) => context.roster.connecting === 0 && context.roster.asks !== true,
  /** The pool wants one more connection, and the budget that it shares has not answered yet, or has none left. */
  isHeldBack: ({ context }: Asked) => context.roster.asks === true,
  /** The connect failed because the budget is spent, and not because the database is down. */
  isBudgetSpent: ({ context, event }: Asked) =>
    event.type === 'connection.failed' && context.budget?.isSpent(event.error) === true,
  /** Callers have been served too late for too long, and no more connections may be opened for them (`shed`). */
  isOverloaded: ({ context }: Asked) => isOverloaded(context, context.world.now()),
  /** No caller had to be refused for a while, or none waits any more. */
  hasEased: ({ context }: Asked) => hasEased(context, context.world.now()),
  isEmpty: ({ context }: Asked) => context.roster.total === 0,
}
