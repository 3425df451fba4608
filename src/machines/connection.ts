// The life of one connection: connecting → idle → busy → validating → closing → closed.
import { setup } from 'xstate'
import type { ConnectionContext, ConnectionEvent, ConnectionInput, EndReason } from './connection-types.js'
import { isSpent, isStale, isSuspect, whySpent } from './decisions/fitness.js'

/** Stands for an effect that the actor system provides; alone, the machine only moves through its states. */
const provided = (): void => {}

/**
 * The statechart of one connection. It decides; what touches the network is provided by the actor system
 * (`connectionMachine.provide({ actions })`). Alone it can be drawn, simulated and used to generate tests.
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
    /** Idle for so long, or so doubtful since another one was found dead, that it must prove itself before it is lent. */
    isStale: ({ context, event }) =>
      event.type === 'checkout' && isStale(context.facts, context.policy, context.generation, event.at),
    /** Used up: too old or lent too often to be kept. */
    isSpent: ({ context, event }) =>
      event.type === 'release' && isSpent(context.facts, context.policy, event.at),
    /** The borrower may have left something behind (an open transaction). Asked of the driver; provided. */
    needsReset: () => false,
    /** The borrower ended, destroyed or paused the client. Asked of the driver; provided. */
    isUnusable: () => false,
    /** The server has let go of the connection that was destroyed. */
    isGone: ({ context }) => !context.facts.lingers,
    /** Somebody waits for a connection, and may take this one as it is; one that is suspect serves them by way of `idle`. */
    isWanted: ({ context }) =>
      context.line.length > 0 && !isSuspect(context.facts, context.policy, context.generation),
    /** The caller whom it was validated for neither timed out nor aborted meanwhile. Provided. */
    isAwaited: () => true,
    /** The pool was paused meanwhile: nobody is lent anything. Provided. */
    isWithheld: () => false,
  },
  actions: {
    /** Starts the driver's connect, validate, reset or close, which report back as `driver.*` events. */
    connect: provided,
    validate: provided,
    reset: provided,
    close: provided,
    /** Destroys the socket at once, aborting whatever the driver is doing. */
    destroySocket: provided,
    /** Remembers why the connection ends: for the reason given, or for that of the command. */
    noteEnding: ({ context, event }, { reason }: { reason?: EndReason }) => {
      context.facts.ending = {
        reason: reason ?? (event.type === 'retire' ? event.reason : 'destroyed'),
        error: 'error' in event ? event.error : undefined,
      }
    },
    /** Takes the next caller out of the pool's line, to be lent to without going idle first. */
    takeNext: provided,
    /** Lets the pool know that it can be lent; if somebody waits all the same, has itself checked out for them. */
    park: provided,
    /** Hands the caller a lease. */
    lend: provided,
    /** Ends the lease: the borrower gave it back. */
    takeBack: provided,
    /** Ends the lease: the connection is gone from under the borrower. */
    revoke: provided,
    reportReady: provided,
    reportFailed: provided,
    reportClosing: provided,
    /** Gives the request back to the pool, which serves it in another way. */
    decline: provided,
  },
}).createMachine({
  id: 'connection',
  context: ({ input }) => input,
  initial: 'connecting',
  on: {
    // Accept or decline, never lose: only an idle connection can serve a request.
    checkout: { actions: 'decline' },
  },
  states: {
    connecting: {
      entry: 'connect',
      on: {
        'driver.connected': [
          { guard: 'isWanted', target: 'busy', actions: ['takeNext', 'reportReady'] },
          { target: 'idle', actions: 'reportReady' },
        ],
        'driver.connectFailed': {
          target: 'closed',
          actions: [
            { type: 'noteEnding', params: { reason: 'connect failed' } },
            'destroySocket',
            'reportFailed',
          ],
        },
        'driver.lost': {
          target: 'closed',
          actions: [
            { type: 'noteEnding', params: { reason: 'connect failed' } },
            'destroySocket',
            'reportFailed',
          ],
        },
        retire: {
          target: 'closed',
          actions: [{ type: 'noteEnding', params: {} }, 'destroySocket', 'reportClosing'],
        },
        destroy: {
          target: 'closed',
          actions: [
            { type: 'noteEnding', params: { reason: 'abandoned' } },
            'destroySocket',
            'reportClosing',
          ],
        },
      },
      after: {
        connectTimeout: {
          target: 'closed',
          actions: [
            { type: 'noteEnding', params: { reason: 'connect timeout' } },
            'destroySocket',
            'reportFailed',
          ],
        },
      },
    },
    idle: {
      entry: 'park',
      on: {
        checkout: [{ guard: 'isStale', target: 'validating.checkout' }, { target: 'busy' }],
        validate: { target: 'validating.keepalive' },
        retire: { target: 'closing', actions: { type: 'noteEnding', params: {} } },
        destroy: {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: { reason: 'destroyed' } }, 'destroySocket'],
        },
        'driver.lost': {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: { reason: 'lost' } }, 'destroySocket'],
        },
      },
    },
    busy: {
      entry: 'lend',
      initial: 'lent',
      on: {
        destroy: {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: { reason: 'destroyed' } }, 'destroySocket', 'revoke'],
        },
        'driver.lost': {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: { reason: 'lost' } }, 'destroySocket', 'revoke'],
        },
      },
      states: {
        lent: {
          on: {
            release: [
              {
                guard: 'isUnusable',
                target: '#connection.destroyed',
                actions: [
                  'takeBack',
                  { type: 'noteEnding', params: { reason: 'ended by its borrower' } },
                  'destroySocket',
                ],
              },
              {
                guard: 'isSpent',
                target: '#connection.closing',
                actions: [
                  'takeBack',
                  {
                    type: 'noteEnding',
                    params: ({ context }) => ({ reason: whySpent(context.facts, context.policy) }),
                  },
                ],
              },
              { guard: 'needsReset', target: '#connection.validating.return', actions: 'takeBack' },
              {
                guard: 'isWanted',
                target: '#connection.busy',
                reenter: true,
                actions: ['takeBack', 'takeNext'],
              },
              { target: '#connection.idle', actions: 'takeBack' },
            ],
            retire: { target: 'retiring', actions: { type: 'noteEnding', params: {} } },
          },
        },
        retiring: {
          on: {
            release: [
              {
                guard: 'isUnusable',
                target: '#connection.destroyed',
                actions: [
                  'takeBack',
                  { type: 'noteEnding', params: { reason: 'ended by its borrower' } },
                  'destroySocket',
                ],
              },
              { target: '#connection.closing', actions: 'takeBack' },
            ],
          },
        },
      },
    },
    validating: {
      initial: 'checkout',
      on: {
        // The caller for whom it is being validated, if there is one, is served in another way.
        retire: {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: {} }, 'destroySocket', 'decline'],
        },
        destroy: {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: { reason: 'destroyed' } }, 'destroySocket', 'decline'],
        },
        'driver.lost': {
          target: 'destroyed',
          actions: [{ type: 'noteEnding', params: { reason: 'lost' } }, 'destroySocket', 'decline'],
        },
      },
      states: {
        checkout: {
          entry: 'validate',
          on: {
            'driver.validated': [
              { guard: 'isWithheld', target: '#connection.idle', actions: 'decline' },
              { guard: 'isAwaited', target: '#connection.busy' },
              { guard: 'isWanted', target: '#connection.busy', actions: 'takeNext' },
              { target: '#connection.idle' },
            ],
            'driver.invalid': {
              target: '#connection.destroyed',
              actions: [
                { type: 'noteEnding', params: { reason: 'validation failed' } },
                'destroySocket',
                'decline',
              ],
            },
          },
          after: {
            validateTimeout: {
              target: '#connection.destroyed',
              actions: [
                { type: 'noteEnding', params: { reason: 'validation timeout' } },
                'destroySocket',
                'decline',
              ],
            },
          },
        },
        keepalive: {
          entry: 'validate',
          on: {
            'driver.validated': [
              { guard: 'isWanted', target: '#connection.busy', actions: 'takeNext' },
              { target: '#connection.idle' },
            ],
            'driver.invalid': {
              target: '#connection.destroyed',
              actions: [{ type: 'noteEnding', params: { reason: 'validation failed' } }, 'destroySocket'],
            },
          },
          after: {
            validateTimeout: {
              target: '#connection.destroyed',
              actions: [{ type: 'noteEnding', params: { reason: 'validation timeout' } }, 'destroySocket'],
            },
          },
        },
        return: {
          entry: 'reset',
          initial: 'staying',
          on: {
            'driver.resetFailed': {
              target: '#connection.destroyed',
              actions: [{ type: 'noteEnding', params: { reason: 'reset failed' } }, 'destroySocket'],
            },
          },
          after: {
            resetTimeout: {
              target: '#connection.destroyed',
              actions: [{ type: 'noteEnding', params: { reason: 'reset timeout' } }, 'destroySocket'],
            },
          },
          states: {
            staying: {
              on: {
                'driver.resetDone': [
                  { guard: 'isWanted', target: '#connection.busy', actions: 'takeNext' },
                  { target: '#connection.idle' },
                ],
                retire: { target: 'leaving', actions: { type: 'noteEnding', params: {} } },
              },
            },
            // What its borrower left behind is cleared up all the same, so that the server gets a goodbye and not a broken wire.
            leaving: {
              on: {
                'driver.resetDone': '#connection.closing',
                retire: {},
              },
            },
          },
        },
      },
    },
    // Passed through, never rested in: whether there is anything to wait for after the socket was destroyed.
    destroyed: {
      always: [{ guard: 'isGone', target: 'closed' }, { target: 'closing.lingering' }],
    },
    closing: {
      entry: 'reportClosing',
      initial: 'graceful',
      states: {
        graceful: {
          entry: 'close',
          on: {
            'driver.closed': '#connection.closed',
            'driver.closeFailed': { target: '#connection.closed', actions: 'destroySocket' },
            destroy: { target: '#connection.destroyed', actions: 'destroySocket' },
          },
          after: {
            closeTimeout: { target: '#connection.closed', actions: 'destroySocket' },
          },
        },
        // The socket is destroyed, but the server still works on the borrower's last statement, and counts the connection.
        lingering: {
          on: {
            'driver.gone': '#connection.closed',
          },
          after: {
            closeTimeout: '#connection.closed',
          },
        },
      },
    },
    closed: {
      type: 'final',
    },
  },
  output: ({ context }) => context.facts,
})
