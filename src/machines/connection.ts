// The life of one connection: connecting → idle → busy → validating → closing → closed.
import { setup } from 'xstate'
import { connectionActions } from './connection-actions.js'
import { connectionGuards } from './connection-guards.js'
import type { ConnectionContext, ConnectionEvent, ConnectionInput } from './connection-types.js'
import { timerFor } from './decisions/timers.js'

/**
 * The statechart of one connection: its whole life. `connectionGuards` has its decisions, `connectionActions` its bookkeeping; the actor system
 * provides the actions that touch the network or other actors (`connectionMachine.provide({ actions })`). Without them, the chart can be drawn,
 * simulated and walked in tests.
 *
 * A checkout, a keepalive and a return each have a substate of `validating`, with its round trip.
 * Every state that waits for the driver has an `after`: none waits for the network without a deadline.
 */
export const connectionMachine = setup({
  types: {
    context: {} as ConnectionContext,
    events: {} as ConnectionEvent,
    input: {} as ConnectionInput,
  },
  delays: {
    connectTimeout: ({ context }) => timerFor(context.policy.connectTimeout),
    validateTimeout: ({ context }) => timerFor(context.policy.validateTimeout),
    resetTimeout: ({ context }) => timerFor(context.policy.resetTimeout),
    closeTimeout: ({ context }) => timerFor(context.policy.closeTimeout),
  },
  guards: connectionGuards,
  actions: connectionActions,
}).createMachine({
  id: 'connection',
  context: ({ input }) => input,
  initial: 'connecting',
  options: { maxIterations: 100 }, // an endless loop ends the pool with an error, and does not stop the process
  on: {
    checkout: {
      description:
        'Only an idle connection serves a request. Any other declines it, so that no request is lost.',
      actions: 'decline',
    },
    // What ends it in whatever state it is; the states below say where it is otherwise.
    retire: { target: '.destroyed', actions: 'noteReason' },
    destroy: { target: '.destroyed', actions: 'noteDestroyed' },
    'driver.lost': { target: '.destroyed', actions: 'noteLost' },
  },
  states: {
    connecting: {
      description:
        'The driver opens the connection. No caller is reserved for it yet, because the queue may change before it is open.',
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
        'driver.connectFailed': { target: 'failed', actions: 'noteConnectFailed' },
        'driver.lost': { target: 'failed', actions: 'noteConnectFailed' },
        destroy: { target: 'destroyed', actions: 'noteAbandoned' },
      },
      after: { connectTimeout: { target: 'failed', actions: 'noteConnectTimeout' } },
    },
    available: {
      description: 'Transient: the connection has just proved that it works.',
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
        'onLend prepares the connection for its caller. If the caller gives up first, onReturn undoes it.',
      entry: 'ask',
      on: {
        'lend.accepted': [
          { guard: 'isClaimed', target: 'busy' },
          { target: 'validating.return', actions: ['noteUnclaimed', 'decline', 'dropRequest'] },
        ],
        'lend.refused': { target: 'closing', actions: ['noteLendRefused', 'decline', 'dropRequest'] },
        'lend.failed': {
          target: 'closing',
          actions: ['noteLendFailed', 'countLendFailure', 'decline', 'dropRequest'],
        },
      },
      after: { validateTimeout: { target: 'destroyed', actions: 'noteLendTimeout' } },
    },
    idle: {
      description: 'The pool may lease it. It waits for nothing, so no timer runs.',
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
        retire: { target: 'closing', actions: 'noteReason' },
      },
    },
    busy: {
      description: 'A caller holds it.',
      entry: ['lend', 'noteLeased'],
      initial: 'leased',
      on: {
        release: [
          { guard: 'isUnusable', target: '#connection.destroyed', actions: ['takeBack', 'noteReason'] },
          { guard: 'isSpent', target: '#connection.closing', actions: ['takeBack', 'noteSpent'] },
          { guard: 'needsReset', target: '#connection.validating.return', actions: 'takeBack' },
          {
            guard: 'asksForWanted',
            target: '#connection.lending',
            actions: ['noteReturned', 'takeBack', 'takeNext'],
          },
          {
            description: 'The next caller gets it at once, without a detour through idle and the pool.',
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
        abort: '.cancelling',
        retire: { target: '.retiring', actions: 'noteReason' },
      },
      states: {
        leased: { on: { share: 'shared' } },
        shared: {
          description: 'The pool itself holds it: statements of several callers are under way on it.',
        },
        cancelling: {
          description:
            "The holder's signal aborted, and the driver has the database stop what runs. If the holder releases it, the reset waits for that.",
          entry: 'cancel',
          on: {
            'driver.cancelled': [{ guard: 'isRetired', target: 'retiring' }, { target: 'leased' }],
            'driver.cancelFailed': { target: '#connection.destroyed', actions: 'noteCancelFailed' },
            release: [
              { guard: 'isUnusable', target: '#connection.destroyed', actions: ['takeBack', 'noteReason'] },
              { guard: 'isRetired', target: '#connection.closing', actions: 'takeBack' },
            ],
            abort: {},
            retire: { actions: 'noteReason' },
          },
          after: { resetTimeout: { target: '#connection.destroyed', actions: 'noteCancelTimeout' } },
        },
        retiring: {
          description: 'The pool closes it on release. The holder keeps its lease.',
          on: {
            release: [
              { guard: 'isUnusable', target: '#connection.destroyed', actions: ['takeBack', 'noteReason'] },
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
            'driver.invalid': { target: '#connection.destroyed', actions: 'noteValidationFailed' },
          },
          after: { validateTimeout: { target: '#connection.destroyed', actions: 'noteValidationTimeout' } },
        },
        keepalive: {
          description:
            'A round trip that no caller waits for: it keeps firewalls from dropping the connection, and finds a dead one early.',
          entry: 'validate',
          on: {
            'driver.validated': { target: '#connection.available', actions: ['noteProven', 'takeNext'] },
            'driver.invalid': { target: '#connection.destroyed', actions: 'noteValidationFailed' },
          },
          after: { validateTimeout: { target: '#connection.destroyed', actions: 'noteValidationTimeout' } },
        },
        return: {
          description: 'A reset removes what the holder left behind.',
          entry: 'reset',
          initial: 'staying',
          on: {
            'driver.resetFailed': { target: '#connection.destroyed', actions: 'noteResetFailed' },
            'driver.cancelFailed': { target: '#connection.destroyed', actions: 'noteCancelFailed' },
          },
          after: { resetTimeout: { target: '#connection.destroyed', actions: 'noteResetTimeout' } },
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
                retire: { target: 'leaving', actions: 'noteReason' },
              },
            },
            leaving: {
              description: 'The reset still runs, so that the connection can close gracefully.',
              on: { 'driver.resetDone': '#connection.closing', retire: {} },
            },
          },
        },
      },
    },
    failed: {
      description: 'Transient: the connection could not be opened.',
      entry: ['destroySocket', 'reportFailed'],
      always: [{ guard: 'isCountedStill', target: 'closing.lingering' }, { target: 'closed' }],
    },
    destroyed: {
      description:
        'Transient: the socket is destroyed, the holder loses its lease, and a waiting caller gets another connection.',
      entry: ['destroySocket', 'revoke', 'decline', 'dropRequest'],
      always: [{ guard: 'isGone', target: 'closed' }, { target: 'closing.lingering' }],
    },
    closing: {
      description: 'It ends in any case: a loss or another command to retire changes nothing.',
      entry: 'reportClosing',
      initial: 'graceful',
      on: { retire: {}, destroy: {}, 'driver.lost': {} },
      after: { closeTimeout: { target: 'closed', actions: 'cutSocket' } },
      states: {
        graceful: {
          entry: 'close',
          on: {
            'driver.closed': '#connection.closed',
            'driver.closeFailed': { target: '#connection.closed', actions: 'cutSocket' },
            destroy: '#connection.destroyed',
          },
        },
        lingering: {
          description:
            'It is destroyed, but the server still runs the last statement, and counts the connection.',
          on: { 'driver.gone': '#connection.closed' },
        },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => context.facts,
})
