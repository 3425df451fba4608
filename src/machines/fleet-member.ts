// One pool in a fleet whose ledger is kept elsewhere: resting → joining → joined, away while the ledger does not answer.
import { assign, setup } from 'xstate'
import { holdsNothing, isValid, keptOf, remainsOf } from './decisions/holding.js'

/** The pool, as its membership decides by it. */
export interface FleetPool {
  /** Connections in any state: all that the database might count. */
  readonly total: number
  /** How many it could use now. */
  readonly need: number
  /** The pool's `min`. */
  readonly min: number
  /** How many it may have while the ledger does not answer, unless it has more. */
  readonly floor: number
  /** The time on the pool's clock. */
  now(): number
}

/** What {@link fleetMemberMachine} is started with. */
export interface FleetMemberInput {
  readonly pool: FleetPool
  /** For how long an answer counts, from the moment when its report was sent, in milliseconds: less than the ledger's time to live. */
  readonly validFor: number
}

/** The context of {@link fleetMemberMachine}. Times are on the pool's clock. */
export interface FleetMemberContext extends FleetMemberInput {
  /** How many connections the pool may have. */
  readonly held: number
  /** How many it should have: fewer than `held` = it gives way. */
  readonly target: number
  /** What is kept for it of its `min`. */
  readonly min: number
  /** What all pools of the fleet held together, when the ledger last answered. */
  readonly taken: number
  /** What is kept for all pools together. */
  readonly mins: number
  /** Until when the last answer counts. */
  readonly validUntil: number
  /** Why the ledger did not answer last time; undefined = it did. */
  readonly error: unknown
  /** Since when it has been away. */
  readonly awaySince: number
}

/** What a pool of a fleet is told by its ledger. */
export interface FleetAnswer {
  readonly held: number
  readonly target: number
  readonly min: number
  readonly taken: number
  readonly mins: number
}

export type FleetMemberEvent =
  /** The pool needs more, or holds less, than the ledger knows. */
  | { readonly type: 'change' }
  /** The pool has ended. */
  | { readonly type: 'leave' }
  /** Time to report. */
  | { readonly type: 'report.due' }
  /** The last answer does not count any more. */
  | { readonly type: 'validity.over' }
  /** The ledger has answered a report that was sent at that time. */
  | { readonly type: 'ledger.answered'; readonly answer: FleetAnswer; readonly sentAt: number }
  | { readonly type: 'ledger.failed'; readonly error: unknown }

/** Stands for an effect that the fleet provides. */
const provided = (): void => {}

/** What an action or a guard is given. */
interface Given {
  readonly context: FleetMemberContext
  readonly event: FleetMemberEvent
}

/** Changes the context. */
const noted = (changes: (given: Given) => Partial<FleetMemberContext>) =>
  assign<FleetMemberContext, FleetMemberEvent, undefined, FleetMemberEvent, never>(({ context, event }) =>
    changes({ context, event }),
  )

const nothing = {
  held: 0,
  target: 0,
  min: 0,
  taken: 0,
  mins: 0,
  validUntil: Number.NEGATIVE_INFINITY,
  error: undefined,
  awaySince: 0,
}

const startingContext = (input: FleetMemberInput): FleetMemberContext => ({ ...input, ...nothing })

/**
 * The statechart of a pool's membership in a fleet whose ledger Redis or NATS keeps: what the pool holds of the budget, and whether it is in touch with the
 * ledger. What it does (reports, timers, the pool) is provided by `fleet()`.
 */
export const fleetMemberMachine = setup({
  types: {
    context: {} as FleetMemberContext,
    events: {} as FleetMemberEvent,
    input: {} as FleetMemberInput,
  },
  guards: {
    /** The pool has no connection and needs none. */
    holdsNothing: ({ context }: Given) => holdsNothing(context.pool),
    /** The answer counts: it did not take too long, and covers what the pool has opened meanwhile. */
    isValid: ({ context, event }: Given) =>
      event.type === 'ledger.answered' &&
      isValid(event.answer.held, event.sentAt, context, context.pool.now()),
  },
  actions: {
    /** What the pool neither has nor needs any more is no longer its own, from before it says so. */
    lower: noted(({ context }) => ({ held: keptOf(context) })),
    /** What was granted before the ledger was away, and is not open, may be another pool's by now. */
    waive: noted(({ context }) => ({ held: remainsOf(context.pool) })),
    /** Tells the ledger what the pool has and needs, unless the last report is still under way. */
    report: provided,
    /** Tells the ledger that it holds nothing any more. */
    signOff: provided,
    /** Does what the answer says: opens connections, or gives way. */
    heed: provided,
    announceAway: provided,
    announceBack: provided,
    noteAnswer: noted(({ context, event }) => {
      if (event.type !== 'ledger.answered') return {}
      const { held, target, min, taken, mins } = event.answer
      const validUntil = event.sentAt + context.validFor
      return { held, target, min, taken, mins, validUntil, error: undefined }
    }),
    noteError: noted(({ event }) => (event.type === 'ledger.failed' ? { error: event.error } : {})),
    noteAbsence: noted(({ context }) => ({ awaySince: context.pool.now() })),
    forget: noted(() => nothing),
  },
}).createMachine({
  id: 'fleetMember',
  context: ({ input }) => startingContext(input),
  initial: 'resting',
  on: { leave: { target: '.left', actions: 'signOff' } },
  states: {
    resting: {
      description: 'The pool has no connection and needs none. It is not in the ledger, and sends nothing.',
      on: { change: 'joining' },
    },
    joining: {
      description: 'The ledger has not answered yet: no connection is opened.',
      entry: 'report',
      on: {
        'report.due': { actions: 'report' },
        'ledger.answered': [
          { guard: 'isValid', target: 'joined', actions: ['noteAnswer', 'heed'] },
          { actions: 'report' },
        ],
        'ledger.failed': { target: 'away', actions: 'noteError' },
      },
    },
    joined: {
      description: 'The pool has as many connections as the ledger says, or fewer.',
      on: {
        change: { actions: ['lower', 'report'] },
        'report.due': [
          { guard: 'holdsNothing', target: 'resting', actions: ['signOff', 'forget'] },
          { actions: ['lower', 'report'] },
        ],
        'ledger.answered': [
          { guard: 'isValid', actions: ['noteAnswer', 'heed'] },
          { actions: ['lower', 'report'] },
        ],
        'ledger.failed': {
          description: 'The last answer counts for a while.',
          actions: 'noteError',
        },
        'validity.over': 'away',
      },
    },
    away: {
      description:
        'The ledger does not answer, and may count the pool as gone. The pool keeps its connections, and opens none beyond the floor.',
      entry: ['noteAbsence', 'announceAway'],
      on: {
        'report.due': { actions: ['waive', 'report'] },
        'ledger.answered': [
          { guard: 'isValid', target: 'joined', actions: ['noteAnswer', 'announceBack', 'heed'] },
          { actions: ['waive', 'report'] },
        ],
        'ledger.failed': { actions: 'noteError' },
      },
    },
    left: { type: 'final' },
  },
})
