// The life of one connection: connecting → idle → busy → validating → closing → closed.
import { setup } from 'xstate'
import type {
  ConnectionContext,
  ConnectionEvent,
  ConnectionInput,
  EndReason,
  OpenQueue,
} from './connection-types.js'
import { isSpent, isStale, isSuspect, whySpent } from './decisions/fitness.js'

/** Stands for an effect that the actor system provides: a call of the driver, or a message. */
const provided = (): void => {}

/**
 * The statechart of one connection: its whole life. What it decides and remembers is here; what touches the network or other actors
 * is provided by the actor system (`connectionMachine.provide({ actions })`). Alone it can be drawn, simulated and used to generate tests.
 *
 * A caller's checkout, the keepalive and a return are all proven by a round trip in `validating`, one substate each.
 * Wherever the driver is awaited there is an `after`: no state waits for the network without a deadline.
 */
export const connectionMachine = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
  },
  delays: {
    connectTimeout: ({ context }) => context.policy.connectTimeout,
    validateTimeout: ({ context }) => context.policy.validateTimeout,
    resetTimeout: ({ context }) => context.policy.resetTimeout,
    closeTimeout: ({ context }) => context.policy.closeTimeout,
  },
  guards: {
    /** The caller gave up while the request was on its way here. */
    isTooLate: ({ event }) => event.type === 'checkout' && !event.request.waits,
    /** Idle for so long, or so doubtful since another one was found dead, that it must prove itself before it is leased. */
    isStale: ({ context, event }) =>
      event.type === 'checkout' && isStale(context.facts, context.policy, context.generation, event.at),
    /** The borrower ended, destroyed or paused the client, or the driver cannot tell. */
    isUnusable: ({ event }) =>
      event.type === 'release' && (event.session === 'ended' || event.session === 'unknown'),
    /** Used up: too old, or leased too often, to be kept. */
    isSpent: ({ context, event }) =>
      event.type === 'release' && isSpent(context.facts, context.policy, event.at),
    /** The borrower may have left something behind (an open transaction), or the application has something to undo (`onReturn`). */
    needsReset: ({ context, event }) =>
      event.type === 'release' && (event.session === 'dirty' || context.policy.undoes),
    /** A caller waits, and may have it as it is. */
    isWanted: ({ context }) =>
      isWaitedFor(context.queue) && !isSuspect(context.facts, context.policy, context.generation),
    /** A caller waits. */
    isOwed: ({ context }) => isWaitedFor(context.queue),
    /** A caller waits, in a pool that validates always (`validateAfter: 0`). */
    isOwedProof: ({ context }) => isWaitedFor(context.queue) && context.policy.validateAfter === 0,
    /** The pool was paused meanwhile, and leases nothing. */
    isWithheld: ({ context }) => context.facts.request !== undefined && !context.queue.open,
    /** The application has a say before a caller gets it (`onLend`). */
    asks: ({ context }) => context.policy.asks,
    /** It has, and a caller waits for this one, or for any. */
    asksForNext: ({ context }) =>
      context.policy.asks && (context.facts.request?.waits === true || isWaitedFor(context.queue)),
    /** It has, and a caller waits, and may have it without a validation. */
    asksForWanted: ({ context }) =>
      context.policy.asks &&
      isWaitedFor(context.queue) &&
      !isSuspect(context.facts, context.policy, context.generation),
    /** The caller that it was prepared for still waits, in a pool that leases. */
    isClaimed: ({ context }) => context.facts.request?.waits === true && context.queue.open,
    /** It is reserved for a caller who still waits. */
    isReserved: ({ context }) => context.facts.request?.waits === true,
    /** The server has let go of the connection that was destroyed. */
    isGone: ({ context }) => !context.facts.lingers,
  },
  actions: {
    /** Starts the driver's connect, validate, reset or close, which report back as `driver.*` events. */
    connect: provided,
    validate: provided,
    reset: provided,
    close: provided,
    /** Asks the application whether the caller may have it (`onLend`), which answers by a `lend.*` event. */
    ask: provided,
    /** What `onLend` did is to be undone, though no lease began. */
    noteUnclaimed: provided,
    /** Counts one more connection that `onLend` threw on, for the caller. */
    noteLendFailure: ({ context: { facts }, event }) => {
      const { request } = facts
      if (event.type === 'lend.failed' && request !== undefined)
        request.failures = (request.failures ?? 0) + 1
    },
    /** Destroys the socket at once, aborting whatever the driver is doing. */
    destroySocket: provided,
    noteOpened: ({ context: { facts, generation }, event }) => {
      if (!('at' in event)) return
      facts.openedAt = facts.idleSince = facts.provenAt = event.at
      facts.provenIn = generation.current
    },
    noteProven: ({ context: { facts, generation }, event }) => {
      if (!('at' in event)) return
      facts.provenAt = event.at
      facts.provenIn = generation.current
    },
    noteReset: ({ context: { facts, generation }, event }) => {
      if (!('at' in event)) return
      facts.idleSince = facts.provenAt = event.at
      facts.provenIn = generation.current
    },
    noteLent: ({ context: { facts } }) => {
      facts.uses++
      facts.request = undefined
    },
    /** It stays, and is idle since now: its borrower proved that it works. */
    noteReturned: ({ context: { facts }, event }) => {
      if (event.type === 'release') facts.idleSince = facts.provenAt = event.at
    },
    /** Remembers why the connection ends: for the reason given, or for that of the event. */
    noteEnding: ({ context: { facts }, event }, { reason }: { reason?: EndReason }) => {
      facts.ending = {
        reason: reason ?? reasonOf(event),
        error: 'error' in event ? event.error : undefined,
      }
    },
    /** Remembers by what it is used up. */
    noteSpent: ({ context: { facts, policy } }) => {
      facts.ending = { reason: whySpent(facts, policy), error: undefined }
    },
    /** Reserves it for the caller who asks for it, until it has proven itself. */
    reserve: ({ context: { facts }, event }) => {
      if (event.type === 'checkout') facts.request = event.request
    },
    /** Reserves it for the next caller in the queue, if one waits, unless it is reserved for one who still waits. */
    takeNext: ({ context: { facts, queue } }) => {
      if (facts.request?.waits !== true) facts.request = queue.open ? queue.next() : undefined
    },
    /** It serves no caller for now. */
    dropRequest: ({ context: { facts } }) => {
      facts.request = undefined
    },
    /** Lets the pool know that it can be leased. */
    park: provided,
    /** Hands a lease to the caller that asks for it now, or to the one that it is reserved for. */
    lend: provided,
    /** Ends the lease: the borrower gave it back. */
    takeBack: provided,
    /** Ends the lease, if there is one: the connection is gone from under the borrower. */
    revoke: provided,
    reportReady: provided,
    reportFailed: provided,
    reportClosing: provided,
    /** Gives the request that it cannot serve, if there is one, back to the pool, which serves it in another way. */
    decline: provided,
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => input,
  initial: 'connecting',
  on: {
    checkout: {
      description:
        'Only an idle connection serves a request. Any other declines it, so that no request is lost.',
      actions: 'decline',
    },
    // What ends it in whatever state it is; the states below say where it is otherwise.
    retire: { target: '.destroyed', actions: { type: 'noteEnding', params: {} } },
    destroy: { target: '.destroyed', actions: { type: 'noteEnding', params: { reason: 'destroyed' } } },
    'driver.lost': { target: '.destroyed', actions: { type: 'noteEnding', params: { reason: 'lost' } } },
  },
  states: {
    connecting: {
      description:
        'The driver opens the connection. It is reserved for no caller yet, because the queue may change meanwhile.',
      entry: 'connect',
      on: {
        'driver.connected': [
          {
            description: 'With validateAfter 0, a fresh connection proves itself, too.',
            guard: 'isOwedProof',
            target: 'validating.checkout',
            actions: ['noteOpened', 'takeNext', 'reportReady'],
          },
          { target: 'available', actions: ['noteOpened', 'takeNext', 'reportReady'] },
        ],
        'driver.connectFailed': {
          target: 'failed',
          actions: { type: 'noteEnding', params: { reason: 'connect failed' } },
        },
        'driver.lost': {
          target: 'failed',
          actions: { type: 'noteEnding', params: { reason: 'connect failed' } },
        },
        destroy: { target: 'destroyed', actions: { type: 'noteEnding', params: { reason: 'abandoned' } } },
      },
      after: {
        connectTimeout: {
          target: 'failed',
          actions: { type: 'noteEnding', params: { reason: 'connect timeout' } },
        },
      },
    },
    available: {
      description: 'Passed through, never rested in: it proved just now that it works.',
      always: [
        {
          description: 'The pool was paused during the validation.',
          guard: 'isWithheld',
          target: 'idle',
          actions: ['decline', 'dropRequest'],
        },
        { guard: 'asksForNext', target: 'lending', actions: 'takeNext' },
        { guard: 'isReserved', target: 'busy' },
        { guard: 'isOwed', target: 'busy', actions: 'takeNext' },
        { target: 'idle' },
      ],
    },
    lending: {
      description:
        'It is prepared for the caller that it is reserved for (onLend), who may give up meanwhile: then that is undone.',
      entry: 'ask',
      on: {
        'lend.accepted': [
          { guard: 'isClaimed', target: 'busy' },
          { target: 'validating.return', actions: ['noteUnclaimed', 'decline', 'dropRequest'] },
        ],
        'lend.refused': {
          target: 'closing',
          actions: [{ type: 'noteEnding', params: { reason: 'lend refused' } }, 'decline', 'dropRequest'],
        },
        'lend.failed': {
          target: 'closing',
          actions: [
            { type: 'noteEnding', params: { reason: 'lend failed' } },
            'noteLendFailure',
            'decline',
            'dropRequest',
          ],
        },
      },
      after: {
        validateTimeout: {
          target: 'destroyed',
          actions: { type: 'noteEnding', params: { reason: 'lend timeout' } },
        },
      },
    },
    idle: {
      description: 'The pool may lease it. Nothing is awaited, so no timer runs.',
      entry: 'park',
      on: {
        checkout: [
          {
            description: 'The caller gave up while the message was on its way: the connection parks again.',
            guard: 'isTooLate',
            target: 'idle',
            reenter: true,
          },
          {
            description: 'Idle for longer than validateAfter, or another connection was found dead since.',
            guard: 'isStale',
            target: 'validating.checkout',
            actions: 'reserve',
          },
          { guard: 'asks', target: 'lending', actions: 'reserve' },
          { target: 'busy' },
        ],
        validate: { target: 'validating.keepalive' },
        retire: { target: 'closing', actions: { type: 'noteEnding', params: {} } },
      },
    },
    busy: {
      description: 'A caller holds it.',
      entry: ['lend', 'noteLent'],
      initial: 'lent',
      on: {
        release: [
          {
            guard: 'isUnusable',
            target: '#connection.destroyed',
            actions: ['takeBack', { type: 'noteEnding', params: {} }],
          },
          {
            guard: 'isSpent',
            target: '#connection.closing',
            actions: ['takeBack', 'noteSpent'],
          },
          {
            guard: 'needsReset',
            target: '#connection.validating.return',
            actions: 'takeBack',
          },
          {
            guard: 'asksForWanted',
            target: '#connection.lending',
            actions: ['noteReturned', 'takeBack', 'takeNext'],
          },
          {
            description: 'The next caller has it at once, without a detour through idle and the pool.',
            guard: 'isWanted',
            target: '#connection.busy',
            reenter: true,
            actions: ['takeBack', 'takeNext'],
          },
          {
            description:
              'A caller waits, but another connection was found dead since this one proved itself.',
            guard: 'isOwed',
            target: '#connection.validating.checkout',
            actions: ['noteReturned', 'takeBack', 'takeNext'],
          },
          { target: '#connection.idle', actions: ['noteReturned', 'takeBack'] },
        ],
        retire: { target: '.retiring', actions: { type: 'noteEnding', params: {} } },
      },
      states: {
        lent: {
          on: { share: 'shared' },
        },
        shared: {
          description: 'Its borrower is the pool itself: statements of several callers are under way on it.',
        },
        retiring: {
          description: 'To be closed when it comes back. The holder keeps its lease.',
          on: {
            release: [
              {
                guard: 'isUnusable',
                target: '#connection.destroyed',
                actions: ['takeBack', { type: 'noteEnding', params: {} }],
              },
              { target: '#connection.closing', actions: 'takeBack' },
            ],
            retire: {},
          },
        },
      },
    },
    validating: {
      initial: 'checkout',
      states: {
        checkout: {
          description: 'A round trip before a caller gets it.',
          entry: 'validate',
          on: {
            'driver.validated': { target: '#connection.available', actions: ['noteProven', 'takeNext'] },
            'driver.invalid': {
              target: '#connection.destroyed',
              actions: { type: 'noteEnding', params: { reason: 'validation failed' } },
            },
          },
          after: {
            validateTimeout: {
              target: '#connection.destroyed',
              actions: { type: 'noteEnding', params: { reason: 'validation timeout' } },
            },
          },
        },
        keepalive: {
          description:
            'A round trip that no caller waits for: it keeps firewalls from dropping the connection, and finds a dead one early.',
          entry: 'validate',
          on: {
            'driver.validated': { target: '#connection.available', actions: ['noteProven', 'takeNext'] },
            'driver.invalid': {
              target: '#connection.destroyed',
              actions: { type: 'noteEnding', params: { reason: 'validation failed' } },
            },
          },
          after: {
            validateTimeout: {
              target: '#connection.destroyed',
              actions: { type: 'noteEnding', params: { reason: 'validation timeout' } },
            },
          },
        },
        return: {
          description: 'A reset removes what the holder left behind.',
          entry: 'reset',
          initial: 'staying',
          on: {
            'driver.resetFailed': {
              target: '#connection.destroyed',
              actions: { type: 'noteEnding', params: { reason: 'reset failed' } },
            },
          },
          after: {
            resetTimeout: {
              target: '#connection.destroyed',
              actions: { type: 'noteEnding', params: { reason: 'reset timeout' } },
            },
          },
          states: {
            staying: {
              on: {
                'driver.resetDone': [
                  {
                    guard: 'isOwedProof',
                    target: '#connection.validating.checkout',
                    actions: ['noteReset', 'takeNext'],
                  },
                  { target: '#connection.available', actions: ['noteReset', 'takeNext'] },
                ],
                retire: { target: 'leaving', actions: { type: 'noteEnding', params: {} } },
              },
            },
            leaving: {
              description:
                'What its borrower left behind is reset all the same, so that the server gets a graceful close and not a broken wire.',
              on: {
                'driver.resetDone': '#connection.closing',
                retire: {},
              },
            },
          },
        },
      },
    },
    failed: {
      description: 'Passed through: it could not be opened.',
      entry: ['destroySocket', 'reportFailed'],
      always: 'closed',
    },
    destroyed: {
      description:
        'Passed through: the socket is destroyed, the borrower loses its lease, and a waiting caller is served in another way.',
      entry: ['destroySocket', 'revoke', 'decline', 'dropRequest'],
      always: [{ guard: 'isGone', target: 'closed' }, { target: 'closing.lingering' }],
    },
    closing: {
      description: 'It ends in any case: a loss or another order to retire changes nothing.',
      entry: 'reportClosing',
      initial: 'graceful',
      on: { retire: {}, destroy: {}, 'driver.lost': {} },
      states: {
        graceful: {
          entry: 'close',
          on: {
            'driver.closed': '#connection.closed',
            'driver.closeFailed': { target: '#connection.closed', actions: 'destroySocket' },
            destroy: '#connection.destroyed',
          },
          after: {
            closeTimeout: { target: '#connection.closed', actions: 'destroySocket' },
          },
        },
        lingering: {
          description:
            'The socket is destroyed, but the server still works on the borrower’s last statement, and counts the connection.',
          on: { 'driver.gone': '#connection.closed' },
          after: { closeTimeout: '#connection.closed' },
        },
      },
    },
    closed: {
      type: 'final',
    },
  },
  output: ({ context }) => context.facts,
})

/** Whether a caller waits whom a connection may serve. */
const isWaitedFor = ({ open, length }: OpenQueue): boolean => open && length > 0

/** Why an event ends a connection, where the chart does not say. */
function reasonOf(event: ConnectionEvent): EndReason {
  if (event.type === 'retire') return event.reason
  return event.type === 'release' && event.session === 'unknown' ? 'crashed' : 'ended by its borrower'
}
