// One pool in a fleet whose ledger is kept elsewhere: resting → joining → joined, away while the ledger does not answer.
import { assign, setup } from 'xstate'
import { holdsNothing, isValid, keptOf, remainsOf } from './decisions/holding.js'
import type { FleetMemberContext, FleetMemberEvent, FleetMemberInput } from './fleet-member-types.js'

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
  nextExpiryAt: Number.POSITIVE_INFINITY,
  sentAt: Number.NEGATIVE_INFINITY,
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
      isValid(event.answer.held, context.sentAt, context, context.pool.now()),
    /** An answer to the last report would not count any more. */
    isOverdue: ({ context }: Given) => context.pool.now() >= context.sentAt + context.validFor,
  },
  actions: {
    /** What the pool neither has nor needs any more is no longer its own, from before it says so. */
    lower: noted(({ context }) => ({ held: keptOf(context) })),
    /** What was granted before the ledger was away, and is not open, may be another pool's by now. */
    waive: noted(({ context }) => ({ held: remainsOf(context.pool) })),
    /** Tells the ledger what the pool has and needs. */
    report: provided,
    /** Looks again when the next report would be due. A client that is cut off keeps what it was told to send: not too much of that. */
    postpone: provided,
    noteSent: noted(({ context }) => ({ sentAt: context.pool.now() })),
    /** Tells the ledger that it holds nothing any more. */
    signOff: provided,
    /** Does what the answer says: opens connections, or gives way. */
    heed: provided,
    announceAway: provided,
    announceBack: provided,
    noteAnswer: noted(({ context, event }) => {
      if (event.type !== 'ledger.answered') return {}
      const { held, target, min, taken, mins, nextExpiry } = event.answer
      const { sentAt, validFor } = context
      const [validUntil, nextExpiryAt] = [sentAt + validFor, sentAt + nextExpiry]
      return { held, target, min, taken, mins, nextExpiryAt, validUntil, error: undefined }
    }),
    noteError: noted(({ event }) => ('error' in event ? { error: event.error } : {})),
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
      on: { change: { target: 'joining', actions: ['noteSent', 'report'] } },
    },
    joining: {
      description: 'The ledger has not answered yet: no connection is opened.',
      initial: 'asking',
      on: { 'ledger.failed': { target: 'away', actions: 'noteError' } },
      states: {
        asking: {
          description: 'A report is under way.',
          tags: 'underWay',
          on: {
            change: 'again',
            'report.due': [{ guard: 'isOverdue', actions: ['noteSent', 'report'] }, { actions: 'postpone' }],
            'ledger.answered': [
              { guard: 'isValid', target: '#fleetMember.joined', actions: ['noteAnswer', 'heed'] },
              { actions: ['noteSent', 'report'] },
            ],
            'ledger.late': { target: '#fleetMember.away.asking', actions: 'noteError' },
          },
        },
        again: {
          description:
            'A report is under way, and the pool has changed since: it reports again after the answer.',
          tags: 'underWay',
          on: {
            'report.due': [
              { guard: 'isOverdue', target: 'asking', actions: ['noteSent', 'report'] },
              { actions: 'postpone' },
            ],
            'ledger.answered': [
              {
                guard: 'isValid',
                target: '#fleetMember.joined.asking',
                actions: ['noteAnswer', 'lower', 'noteSent', 'report', 'heed'],
              },
              { target: 'asking', actions: ['noteSent', 'report'] },
            ],
            'ledger.late': { target: '#fleetMember.away.again', actions: 'noteError' },
          },
        },
      },
    },
    joined: {
      description: 'The pool has as many connections as the ledger says, or fewer.',
      initial: 'quiet',
      states: {
        quiet: {
          description: 'No report is under way.',
          on: {
            change: { target: 'asking', actions: ['lower', 'noteSent', 'report'] },
            'report.due': [
              { guard: 'holdsNothing', target: '#fleetMember.resting', actions: ['signOff', 'forget'] },
              { target: 'asking', actions: ['lower', 'noteSent', 'report'] },
            ],
            'validity.over': '#fleetMember.away',
          },
        },
        asking: {
          description: 'A report is under way.',
          tags: 'underWay',
          on: {
            change: 'again',
            'report.due': [
              { guard: 'holdsNothing', target: '#fleetMember.resting', actions: ['signOff', 'forget'] },
              { guard: 'isOverdue', actions: ['lower', 'noteSent', 'report'] },
              { actions: 'postpone' },
            ],
            'ledger.answered': [
              { guard: 'isValid', target: 'quiet', actions: ['noteAnswer', 'heed'] },
              { actions: ['lower', 'noteSent', 'report'] },
            ],
            'ledger.late': { actions: 'noteError' },
            'ledger.failed': {
              description: 'The last answer counts for a while.',
              target: 'quiet',
              actions: 'noteError',
            },
            'validity.over': '#fleetMember.away.asking',
          },
        },
        again: {
          description:
            'A report is under way, and the pool has changed since: it reports again after the answer.',
          tags: 'underWay',
          on: {
            'report.due': [
              { guard: 'isOverdue', target: 'asking', actions: ['lower', 'noteSent', 'report'] },
              { actions: 'postpone' },
            ],
            'ledger.answered': [
              {
                guard: 'isValid',
                target: 'asking',
                actions: ['noteAnswer', 'lower', 'noteSent', 'report', 'heed'],
              },
              { target: 'asking', actions: ['lower', 'noteSent', 'report'] },
            ],
            'ledger.late': { actions: 'noteError' },
            'ledger.failed': { target: 'quiet', actions: 'noteError' },
            'validity.over': '#fleetMember.away.again',
          },
        },
      },
    },
    away: {
      description:
        'The ledger does not answer, and may count the pool as gone. The pool keeps its connections, and opens none beyond the floor.',
      entry: ['noteAbsence', 'announceAway'],
      initial: 'quiet',
      states: {
        quiet: {
          description: 'No report is under way.',
          on: { 'report.due': { target: 'asking', actions: ['waive', 'noteSent', 'report'] } },
        },
        asking: {
          description: 'A report is under way.',
          tags: 'underWay',
          on: {
            change: 'again',
            'report.due': [
              { guard: 'isOverdue', actions: ['waive', 'noteSent', 'report'] },
              { actions: 'postpone' },
            ],
            'ledger.answered': [
              {
                guard: 'isValid',
                target: '#fleetMember.joined',
                actions: ['noteAnswer', 'announceBack', 'heed'],
              },
              { actions: ['waive', 'noteSent', 'report'] },
            ],
            'ledger.late': { actions: 'noteError' },
            'ledger.failed': { target: 'quiet', actions: 'noteError' },
          },
        },
        again: {
          description:
            'A report is under way, and the pool has changed since: it reports again after the answer.',
          tags: 'underWay',
          on: {
            'report.due': [
              { guard: 'isOverdue', target: 'asking', actions: ['waive', 'noteSent', 'report'] },
              { actions: 'postpone' },
            ],
            'ledger.answered': [
              {
                guard: 'isValid',
                target: '#fleetMember.joined.asking',
                actions: ['noteAnswer', 'lower', 'noteSent', 'report', 'announceBack', 'heed'],
              },
              { target: 'asking', actions: ['waive', 'noteSent', 'report'] },
            ],
            'ledger.late': { actions: 'noteError' },
            'ledger.failed': { target: 'quiet', actions: 'noteError' },
          },
        },
      },
    },
    left: { type: 'final' },
  },
})
