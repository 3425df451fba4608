// What the pool remembers, and what it has done: the actions of its chart.
import { assign } from 'xstate'
import {
  afterFailure,
  afterRecovery,
  afterStillborn,
  type FailureStreak,
  noFailures,
  urgedBackoff,
} from './decisions/backoff.js'
import { onlyCallersAsk } from './decisions/sizing.js'
import type { PoolContext, PoolEvent } from './pool-types.js'

/** The streak after one more failure, and how long to back off. */
export function failureCounted(context: PoolContext, error: unknown): FailureStreak {
  const { world, roster } = context
  return afterFailure(context, error, world.now(), world.random(), roster, onlyCallersAsk(context))
}

/** What an action is given. */
interface Given {
  readonly context: PoolContext
  readonly event: PoolEvent
}

/** Stands for an effect that the actor system provides; alone, the machine only moves through its states. */
const provided = (): void => {}

/** Changes the context. */
const noted = (changes: (given: Given) => Partial<PoolContext>) =>
  assign<PoolContext, PoolEvent, undefined, PoolEvent, never>(({ context, event }) =>
    changes({ context, event }),
  )

/** What went wrong, as the event tells. */
function failureIn(event: PoolEvent): unknown {
  if (event.type === 'connection.failed') return event.error
  return 'output' in event ? event.output?.ending?.error : undefined
}

export const poolActions = {
  /** Remembers since when it is in its state. */
  noteEntered: noted(({ context }) => ({ enteredAt: context.world.now() })),
  /** Sends the caller's request to an idle connection. */
  lend: provided,
  /** Puts the caller's request into the queue. */
  enqueue: provided,
  /** Puts a request that a connection declined back in front, or sends it to an idle connection. */
  requeue: provided,
  /** Takes the caller out of the queue and tells it so. */
  cancel: provided,
  /** Tells every caller whose time is up why it got no connection. */
  expire: provided,
  /** The same for those who said themselves how long they would wait: the time of the others stands still during a pause. */
  expireOwn: provided,
  refuseFull: provided,
  refuseDown: provided,
  refusePaused: provided,
  refuseClosed: provided,
  refuseLend: provided,
  refuseAll: provided,
  /**
   * No connection is left, and none can be opened: refuses those who do not wait for the database. These are all of them, or those who
   * have a connect tried (`isTriedAnew`) and asked before one began that failed.
   */
  failFast: provided,
  /** The back-off begins: only callers who wait for its end keep the process alive meanwhile. */
  beginBackoff: provided,
  /** Keeps connections that come free from taking the next caller. */
  withholdQueue: ({ context }: Given) => {
    context.queue.open = false
  },
  offerQueue: ({ context }: Given) => {
    context.queue.open = true
  },
  /** Gives those who wait the time that they had left when the pool was paused. */
  addPause: provided,
  /** From now on, it counts how long callers wait: that they waited for connects, or through a pause, does not. */
  beginWatch: provided,
  /** Notes whether callers are served in time, and looks again when that may have changed. */
  watchDelay: provided,
  /** Refuses those who have waited for as long as the target, and looks again when the next one will have. */
  shed: provided,
  /** Lends idle connections to those who wait. */
  serveQueue: provided,
  /** Opens as many connections as are missing and allowed. */
  grow: provided,
  /** What the pool asked its budget for, or is granted, is not needed now: it goes to another pool. */
  declineGrant: provided,
  /** Closes an idle connection, or a leased one when its holder releases it, so that another pool of the budget can open one. */
  yieldOne: provided,
  /** A connect failed because the budget is spent. */
  noteSpentBudget: provided,
  /** Opens one connection, if one more may be opened, to see whether the database can be reached again. */
  probe: provided,
  /** Retires connections until there are no more than the maximum. */
  shrink: provided,
  /** Retires, and validates, the connections that are due. */
  maintain: provided,
  /** Tells of the leases that have been held for too long. */
  reportLeaks: provided,
  /** From now on, every connection must prove itself before it is leased again. */
  raiseGeneration: provided,
  /** Retires all connections: idle ones now, leased ones when they come back. */
  evictAll: provided,
  noteReady: provided,
  noteFailed: provided,
  noteClosing: provided,
  /** Does for a connection whose actor crashed what it can do no more: destroys its socket, gives its request back. */
  discard: provided,
  /** Takes a connection that ended out of the roster; if it was found dead, the generation is raised. */
  forget: provided,
  retireAll: provided,
  destroyAll: provided,
  /** Lets those know who wait for the pool to be ready, or closed. */
  announceReady: provided,
  announceFailure: provided,
  announceDown: provided,
  noteDown: noted(() => ({ saidDown: true })),
  /** The pool is down no longer: told only if it was told that it is. */
  announceRecovery: provided,
  noteUp: noted(() => ({ saidDown: false })),
  announceOverload: provided,
  announceEased: provided,
  announcePaused: provided,
  announceResumed: provided,
  announceClosed: provided,
  announceBudgetAway: provided,
  announceBudgetBack: provided,
  /** Tells those who wait for the pool to be ready that its `min` cannot be kept. */
  announceRefusal: provided,
  /** Counts one more failure, and says how long to back off. */
  countFailure: noted(({ context, event }) => failureCounted(context, failureIn(event))),
  /** One more connect failed that began before the back-off: it makes it no longer. */
  noteConnectError: noted(({ event }) => ({ lastConnectError: failureIn(event) })),
  /** Connects succeed again. */
  noteRecovery: noted(({ context }) => afterRecovery(context, context.world.now(), context.roster)),
  /** Counts one more connection that was opened in vain. */
  noteStillborn: noted(({ context }) => afterStillborn(context, context.world.now())),
  /** No further connection is needed for now: the next failure belongs to the same streak only if it comes soon. */
  suspendStreak: noted(({ context }) => afterRecovery(context, context.world.now(), context.roster)),
  hastenBackoff: noted(({ context }) => ({ backoff: urgedBackoff(context.backoff) })),
  clearFailures: noted(() => noFailures),
  resize: noted(({ context, event }) => ({
    size: event.type === 'resize' ? { min: event.min, max: event.max } : context.size,
    maxWaiting: event.type === 'resize' ? (event.maxWaiting ?? context.maxWaiting) : context.maxWaiting,
  })),
  setDrainTimeout: noted(({ context, event }) =>
    event.type === 'close'
      ? { drainTimeout: event.timeout, drainUntil: event.at + event.timeout }
      : { drainTimeout: context.drainTimeout, drainUntil: context.drainUntil },
  ),
}
