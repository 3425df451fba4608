// What a connection decides by: the guards of its chart.
import type { ConnectionContext, ConnectionEvent, OpenQueue } from './connection-types.js'
import { isSpent, isStale, isSuspect } from './decisions/fitness.js'

/** What a guard is asked about. */
interface Asked {
  readonly context: ConnectionContext
  readonly event: ConnectionEvent
}

/** Whether a caller waits whom a connection may serve. */
const isWaitedFor = ({ open, length }: OpenQueue): boolean => length > 0 && open

/** Whether it must prove itself before it is leased again, however short a time it was idle. */
const isDoubtful = ({ facts, policy, generation }: ConnectionContext): boolean =>
  isSuspect(facts, policy, generation)

export const connectionGuards = {
  /** The caller gave up while the request was on its way here. */
  isTooLate: ({ event }: Asked) => event.type === 'checkout' && !event.request.waits,
  /** Idle for so long, or so doubtful since another one was found dead, that it must prove itself before it is leased. */
  isStale: ({ context, event }: Asked) =>
    event.type === 'checkout' && isStale(context.facts, context.policy, context.generation, event.at),
  /** The borrower ended, destroyed or paused the client, or the driver cannot tell. */
  isUnusable: ({ event }: Asked) =>
    event.type === 'release' && (event.session === 'ended' || event.session === 'unknown'),
  /** Used up: too old, or leased too often, to be kept. */
  isSpent: ({ context, event }: Asked) =>
    event.type === 'release' && isSpent(context.facts, context.policy, event.at),
  /** It is to be closed when its holder releases it. */
  isRetired: ({ context }: Asked) => context.facts.ending !== undefined,
  /** The borrower may have left something behind (an open transaction), or the application has something to undo (`onReturn`). */
  needsReset: ({ context, event }: Asked) =>
    event.type === 'release' && (event.session === 'dirty' || context.policy.undoes),
  /** A caller waits, and may have it as it is. */
  isWanted: ({ context }: Asked) => isWaitedFor(context.queue) && !isDoubtful(context),
  /** A caller waits. */
  isOwed: ({ context }: Asked) => isWaitedFor(context.queue),
  /** A caller waits, in a pool that validates always (`validateAfter: 0`). */
  isOwedProof: ({ context }: Asked) => isWaitedFor(context.queue) && context.policy.validateAfter === 0,
  /** The pool was paused meanwhile, and leases nothing. */
  isWithheld: ({ context }: Asked) => context.facts.request !== undefined && !context.queue.open,
  /** The application has a say before a caller gets it (`onLend`). */
  asks: ({ context }: Asked) => context.policy.asks,
  /** It has, and a caller waits for this one, or for any. */
  asksForNext: ({ context }: Asked) =>
    context.policy.asks && (context.facts.request?.waits === true || isWaitedFor(context.queue)),
  /** It has, and a caller waits, and may have it without a validation. */
  asksForWanted: ({ context }: Asked) =>
    context.policy.asks && isWaitedFor(context.queue) && !isDoubtful(context),
  /** The caller that it was prepared for still waits, in a pool that leases. */
  isClaimed: ({ context }: Asked) => context.facts.request?.waits === true && context.queue.open,
  /** It is reserved for a caller who still waits. */
  isReserved: ({ context }: Asked) => context.facts.request?.waits === true,
  /** A statement of its set-up runs on the server. */
  isCountedStill: ({ context }: Asked) => context.facts.lingers,
  /** The server has let go of the connection that was destroyed. */
  isGone: ({ context }: Asked) => !context.facts.lingers,
}
