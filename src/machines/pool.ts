// The pool: starting → running → draining → closed, and backing off while connections cannot be opened.
import { assign, setup } from 'xstate'
import { connectionMachine } from './connection.js'
import { afterFailure, afterRecovery, afterStillborn, noFailures } from './decisions/backoff.js'
import { isLineFull, isShort } from './decisions/sizing.js'
import type { PoolContext, PoolEvent, PoolInput } from './pool-types.js'

/** Stands for an effect that the actor system provides; alone, the machine only moves through its states. */
const provided = (): void => {}

const startingContext = (input: PoolInput): PoolContext => ({ ...input, ...noFailures, drainTimeout: 0 })

/**
 * The statechart of the pool, which supervises the connections. It lends and serves in every state but the last two: a pool
 * whose database refuses new connections still lends those that it has.
 *
 * What it decides by (sizes, the line, the roster) is in its context; what it does to connections and callers is provided
 * by the actor system (`poolMachine.provide({ actions })`). Alone it can be drawn, simulated and used to generate tests.
 */
export const poolMachine = setup({
  types: {
    context: {} as PoolContext,
    events: {} as PoolEvent,
    input: {} as PoolInput,
    children: {} as { [id in `connection-${number}`]: 'connection' },
  },
  actors: { connection: connectionMachine },
  delays: {
    backoff: ({ context }) => context.backoff,
    drainTimeout: ({ context }) => context.drainTimeout,
  },
  guards: {
    hasIdle: ({ context }) => context.roster.idle > 0,
    isLineFull: ({ context }) => isLineFull(context),
    /** As many connections are open as the pool keeps at least. */
    isFilled: ({ context }) => context.roster.established >= context.size.min,
    /** A connection is missing, to fill the pool to its minimum or for callers who wait, and there is room for it. */
    isShort: ({ context }) => isShort(context),
    /** The connection that ended had been opened in vain: it never was of use. Provided with the time. */
    isStillborn: () => false,
    /** So many have been, in quick succession, that opening the next one at once would be a loop. Provided with the time. */
    isStillbornAgain: () => false,
    /** It is to be over sooner than was said before. */
    isSooner: ({ context, event }) => event.type === 'close' && event.timeout < context.drainTimeout,
    /** The probe ended without saying so: it was called off, or its actor crashed. */
    isProbeGone: ({ context }) => context.roster.connecting === 0,
    isEmpty: ({ context }) => context.roster.total === 0,
  },
  actions: {
    /** Sends the caller's request to an idle connection. */
    lend: provided,
    /** Puts the caller's request into the line. */
    enqueue: provided,
    /** Puts a request that a connection declined back in front, or sends it to an idle connection. */
    requeue: provided,
    /** Takes the caller out of the line and tells it so. */
    cancel: provided,
    /** Tells every caller whose time is up why it got no connection. */
    expire: provided,
    refuseFull: provided,
    refuseClosed: provided,
    refuseAll: provided,
    /** Opens as many connections as are missing and allowed. */
    grow: provided,
    /** Opens one connection, if one more may be opened, to see whether the database can be reached again. */
    probe: provided,
    /** Retires connections until there are no more than the maximum. */
    shrink: provided,
    /** Retires, and validates, the connections that are due. */
    maintain: provided,
    noteReady: provided,
    noteFailed: provided,
    noteClosing: provided,
    /** Does for a connection whose actor crashed what it can do no more: destroys its socket, gives its request back. */
    discard: provided,
    /** Takes a connection that ended out of the roster. */
    forget: provided,
    retireAll: provided,
    destroyAll: provided,
    /** Lets those know who wait for the pool to be ready, or closed. */
    announceReady: provided,
    announceFailure: provided,
    announceClosed: provided,
    /** Counts one more failure; provided with the time and with jitter. */
    countFailure: assign(({ context, event }) =>
      afterFailure(context, event.type === 'connection.failed' ? event.error : undefined, 0, 0),
    ),
    /** Connects succeed again; provided with the time. */
    noteRecovery: assign(({ context }) => afterRecovery(context, 0)),
    /** Counts one more connection that was opened in vain; provided with the time. */
    noteStillborn: assign(({ context }) => afterStillborn(context, 0)),
    clearFailures: assign(noFailures),
    resize: assign(({ context, event }) => ({
      size: event.type === 'resize' ? { min: event.min, max: event.max } : context.size,
    })),
    setDrainTimeout: assign(({ context, event }) => ({
      drainTimeout: event.type === 'close' ? event.timeout : context.drainTimeout,
    })),
  },
}).createMachine({
  id: 'pool',
  context: ({ input }) => startingContext(input),
  initial: 'starting',
  on: {
    acquire: [
      { guard: 'hasIdle', actions: 'lend' },
      { guard: 'isLineFull', actions: 'refuseFull' },
      { actions: ['enqueue', 'grow'] },
    ],
    cancel: { actions: 'cancel' },
    'acquire.due': { actions: 'expire' },
    'growth.due': { actions: 'grow' },
    'maintenance.due': { actions: 'maintain' },
    resize: { actions: ['resize', 'shrink', 'grow'] },
    close: { target: '.draining', actions: 'setDrainTimeout' },
    'connection.ready': { actions: ['noteReady', 'grow'] },
    // The end of the connection that declined follows, and with it the question whether to open another one.
    'connection.declined': { actions: 'requeue' },
    'connection.closing': { actions: ['noteClosing', 'grow'] },
    'connection.failed': {
      target: '.backingOff',
      actions: ['noteFailed', 'countFailure', 'announceFailure'],
    },
    'xstate.done.actor.*': [
      {
        guard: 'isStillbornAgain',
        target: '.backingOff',
        actions: ['forget', 'noteStillborn', 'countFailure', 'announceFailure'],
      },
      { guard: 'isStillborn', actions: ['forget', 'noteStillborn', 'grow'] },
      { actions: ['forget', 'grow'] },
    ],
    'xstate.error.actor.*': { actions: ['discard', 'forget', 'grow'] },
  },
  states: {
    starting: {
      entry: 'grow',
      always: { guard: 'isFilled', target: 'running' },
    },
    running: {
      entry: 'announceReady',
    },
    backingOff: {
      initial: 'waiting',
      on: {
        // Nothing is opened here but the probe, so these do not grow.
        acquire: [
          { guard: 'hasIdle', actions: 'lend' },
          { guard: 'isLineFull', actions: 'refuseFull' },
          { actions: 'enqueue' },
        ],
        'growth.due': {},
        resize: { actions: ['resize', 'shrink'] },
        'connection.closing': { actions: 'noteClosing' },
        'connection.ready': { target: 'starting', actions: ['noteRecovery', 'noteReady'] },
        'xstate.done.actor.*': { actions: 'forget' },
        'xstate.error.actor.*': { actions: ['discard', 'forget'] },
      },
      states: {
        waiting: {
          on: {
            // Those that were being opened at the same time as the one that failed; one back-off is enough for all of them.
            'connection.failed': { actions: ['noteFailed', 'announceFailure'] },
          },
          after: {
            backoff: [
              { guard: 'isShort', target: 'probing' },
              { target: '#pool.running', actions: 'clearFailures' },
            ],
          },
        },
        probing: {
          entry: 'probe',
          always: { guard: 'isProbeGone', target: 'waiting' },
          on: {
            'connection.failed': {
              target: 'waiting',
              actions: ['noteFailed', 'countFailure', 'announceFailure'],
            },
          },
        },
      },
    },
    draining: {
      entry: ['refuseAll', 'retireAll'],
      initial: 'waiting',
      always: { guard: 'isEmpty', target: 'closed' },
      on: {
        acquire: { actions: 'refuseClosed' },
        'connection.declined': { actions: 'refuseClosed' },
        'connection.ready': { actions: 'noteReady' },
        'connection.failed': { actions: 'noteFailed' },
        'connection.closing': { actions: 'noteClosing' },
        'xstate.done.actor.*': { actions: 'forget' },
        'xstate.error.actor.*': { actions: ['discard', 'forget'] },
        // Nobody waits any more, nothing is opened any more, and every connection has its orders.
        cancel: {},
        close: {},
        resize: {},
        'acquire.due': {},
        'growth.due': {},
        'maintenance.due': {},
      },
      states: {
        waiting: {
          on: {
            close: { guard: 'isSooner', target: 'waiting', reenter: true, actions: 'setDrainTimeout' },
          },
          after: { drainTimeout: { target: 'destroying' } },
        },
        destroying: {
          entry: 'destroyAll',
        },
      },
    },
    closed: {
      type: 'final',
      entry: 'announceClosed',
    },
  },
})
