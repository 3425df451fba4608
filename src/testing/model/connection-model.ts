// What one connection should go through, as seen from a pool of one: an effect-free model to take paths from.
import { assign, setup } from 'xstate'
import type { ConnectionMemory, connectionEvents } from './connection-memory.js'

/**
 * The life of the only connection of a pool (`min` 1, `max` 1, `maxUses` 2), as callers, the database, time and an operator cause it:
 * an XState machine without effects, whose events have no payload. Take paths from it with `pathsOf`, with `xstate/graph` or
 * with `@xstate/test`.
 *
 * Time moves only where an event says so. `it is too old`, `the keepalive is due` and the like are what the pool's clock does;
 * `the operator` sends events to the actor system directly, as `pool.actor` allows.
 */
export const connectionModel = setup({
  types: { context: {} as ConnectionMemory, events: {} as { type: (typeof connectionEvents)[number] } },
  guards: {
    someoneWaits: ({ context }) => context.waiting > 0,
    nobodyWaits: ({ context }) => context.waiting === 0,
    isAwaited: ({ context }) => context.awaited,
    isFirstUse: ({ context }) => context.uses === 1 && context.waiting === 0 && !context.late,
    isUsedUp: ({ context }) => context.uses >= 2,
    isCalm: ({ context }) => context.waiting === 0 && !context.late,
    isRetired: ({ context }) => context.retired,
    isOut: ({ context }) => context.out,
    poolCloses: ({ context }) => context.poolCloses,
    poolIsOpen: ({ context }) => !context.poolCloses,
    canQueue: ({ context }) => !context.poolCloses && context.waiting === 0,
    canQueueHere: ({ context }) => !context.poolCloses && context.waiting === 0 && !context.out,
    isEarly: ({ context }) => !context.late,
  },
  actions: {
    queue: assign({ waiting: ({ context }) => context.waiting + 1 }),
    serve: assign({ waiting: ({ context }) => context.waiting - 1 }),
    lend: assign({ uses: ({ context }) => context.uses + 1, awaited: false }),
    await: assign({ awaited: true }),
    /** A caller whose connection turns out to be unfit goes back into the queue. */
    requeue: assign({
      waiting: ({ context }) => context.waiting + Number(context.awaited),
      awaited: false,
    }),
    forsake: assign({ awaited: false }),
    closePool: assign({ poolCloses: true, waiting: 0, awaited: false }),
    retire: assign({ retired: true }),
    leave: assign({ retired: false }),
    noteOut: assign({ out: true }),
    noteBack: assign({ out: false }),
    note: assign({ late: true }),
    nothing: assign({}),
  },
}).createMachine({
  id: 'model',
  context: {
    waiting: 0,
    awaited: false,
    uses: 0,
    poolCloses: false,
    retired: false,
    out: false,
    late: false,
  },
  initial: 'connecting',
  states: {
    connecting: {
      on: {
        acquire: { guard: 'nobodyWaits', actions: 'queue' },
        'caller gives up': { guard: 'someoneWaits', actions: 'serve' },
        'connect succeeds': 'free',
        'connect fails': 'closed',
        'connect succeeds, and onConnect throws': 'closed',
        'connect succeeds, and onConnect throws in the midst of a statement': 'closing.lingering',
        'connect times out': 'closed',
        'the connection is lost': 'closed',
        'the pool closes': { target: 'closed', actions: 'closePool' },
        'the operator destroys it': 'closed',
      },
    },
    // It is leased to the next caller who waits, if there is one.
    free: {
      always: [{ guard: 'someoneWaits', target: 'busy.leased', actions: ['serve', 'lend'] }, 'idle'],
    },
    // What onLend refuses is well, and closes gracefully.
    lending: {
      on: {
        acquire: { guard: 'canQueue', actions: 'queue' },
        'the pool closes': { target: 'closed', actions: 'closePool' },
        'onLend accepts': [{ guard: 'isAwaited', target: 'busy.leased', actions: 'lend' }, 'free'],
        'onLend refuses': { target: 'closing', actions: 'requeue' },
        'onLend throws': { target: 'closing', actions: 'requeue' },
        'onLend takes too long': { target: 'closed', actions: 'requeue' },
        'the connection is lost': { target: 'closed', actions: 'requeue' },
        'the operator destroys it': { target: 'closed', actions: 'requeue' },
        'caller gives up': [
          { guard: 'isAwaited', actions: 'forsake' },
          { guard: 'someoneWaits', actions: 'serve' },
        ],
      },
    },
    idle: {
      on: {
        acquire: { target: 'busy', actions: 'lend' },
        'acquire after a while': { target: 'validating.checkout', actions: 'await' },
        'acquire, and onLend takes its time': { target: 'lending', actions: 'await' },
        'the keepalive is due': 'validating.keepalive',
        'it was idle for too long': 'closing',
        'it is too old': 'closing',
        'the connection is lost': 'closed',
        'the pool closes': { target: 'closing', actions: 'closePool' },
        'the operator destroys it': 'closed',
      },
    },
    busy: {
      initial: 'leased',
      on: {
        acquire: { guard: 'canQueue', actions: 'queue' },
        'caller gives up': { guard: 'someoneWaits', actions: 'serve' },
        'release clean': [{ guard: 'isUsedUp', target: '#model.closing' }, '#model.free'],
        'release dirty': [{ guard: 'isUsedUp', target: '#model.closing' }, '#model.validating.return'],
        'release, and onReturn throws': [{ guard: 'isUsedUp', target: '#model.closing' }, '#model.closed'],
        'release ended': 'closed',
        'destroy the lease': 'closed',
        'destroy in the midst of a statement': 'closing.lingering',
        'the connection is lost': 'closed',
        'it is too old': '.retiring',
        'the pool closes': { target: '.retiring', actions: 'closePool' },
      },
      states: {
        leased: {
          // Sharing changes nothing of what follows: it is enough that it is there once.
          on: {
            'statements share it': { guard: 'isFirstUse', target: 'shared' },
            'the signal aborts': { guard: 'isCalm', target: 'cancelling' },
          },
        },
        shared: {},
        // A request to cancel is on its way: what comes back waits for it.
        cancelling: {
          on: {
            'the cancel is answered': [
              { guard: 'isRetired', target: 'retiring', actions: 'leave' },
              { target: 'leased' },
            ],
            'the cancel fails': { target: '#model.closed', actions: 'leave' },
            'the cancel times out': { guard: 'poolIsOpen', target: '#model.closed', actions: 'leave' },
            'release clean': [
              { guard: 'isUsedUp', target: '#model.closing', actions: 'leave' },
              { guard: 'isRetired', target: '#model.closing', actions: 'leave' },
              { target: '#model.validating.return', actions: 'noteOut' },
            ],
            'release dirty': [
              { guard: 'isUsedUp', target: '#model.closing', actions: 'leave' },
              { guard: 'isRetired', target: '#model.closing', actions: 'leave' },
              { target: '#model.validating.return', actions: 'noteOut' },
            ],
            'the signal aborts': { guard: 'isFirstUse', actions: 'nothing' },
            acquire: undefined,
            'destroy in the midst of a statement': undefined,
            'release, and onReturn throws': undefined,
            'it is too old': undefined,
            'the pool closes': [
              { guard: 'poolIsOpen', actions: ['closePool', 'retire'] },
              { actions: 'nothing' },
            ],
            'the drain time is up': { guard: 'poolCloses', target: '#model.closed', actions: 'leave' },
          },
        },
        retiring: {
          on: {
            'the signal aborts': { guard: 'isCalm', target: 'cancelling', actions: 'retire' },
            'release clean': '#model.closing',
            'release dirty': '#model.closing',
            'it is too old': undefined,
            'release, and onReturn throws': undefined,
            'the pool closes': { guard: 'poolIsOpen', actions: 'closePool' },
            'the drain time is up': { guard: 'poolCloses', target: '#model.closed' },
          },
        },
      },
    },
    validating: {
      initial: 'checkout',
      on: {
        acquire: { guard: 'canQueue', actions: 'queue' },
        'caller gives up': { guard: 'someoneWaits', actions: 'serve' },
        'the connection is lost': 'closed',
        'the pool closes': { target: 'closed', actions: 'closePool' },
        'the operator destroys it': 'closed',
      },
      states: {
        checkout: {
          on: {
            'validation succeeds': [
              { guard: 'isAwaited', target: '#model.busy.leased', actions: 'lend' },
              '#model.free',
            ],
            'validation fails': { target: '#model.closed', actions: 'requeue' },
            // The caller for whom it is validated waits for a shorter time than a validation may take.
            'validation times out': { target: '#model.closed', actions: 'forsake' },
            'the connection is lost': { target: '#model.closed', actions: 'requeue' },
            'the operator destroys it': { target: '#model.closed', actions: 'requeue' },
            'caller gives up': [
              { guard: 'isAwaited', actions: 'forsake' },
              { guard: 'someoneWaits', actions: 'serve' },
            ],
            'caller times out': { guard: 'isAwaited', actions: 'forsake' },
          },
        },
        keepalive: {
          on: {
            'validation succeeds': '#model.free',
            'validation fails': '#model.closed',
            'validation times out': '#model.closed',
          },
        },
        return: {
          initial: 'staying',
          on: {
            acquire: { guard: 'canQueueHere', actions: 'queue' },
            'reset fails': { target: '#model.closed', actions: 'noteBack' },
            'the cancel fails': { guard: 'isOut', target: '#model.closed', actions: 'noteBack' },
          },
          states: {
            staying: {
              on: {
                'reset succeeds': { target: '#model.free', actions: 'noteBack' },
                'reset times out': { target: '#model.closed', actions: 'noteBack' },
                'the pool closes': { target: 'leaving', actions: 'closePool' },
              },
            },
            // The drain time is shorter than a reset may take.
            leaving: {
              on: {
                'reset succeeds': { target: '#model.closing', actions: 'noteBack' },
                'the drain time is up': { target: '#model.closed', actions: 'noteBack' },
                'the pool closes': { actions: 'nothing' },
              },
            },
          },
        },
      },
    },
    closing: {
      initial: 'graceful',
      states: {
        graceful: {
          on: {
            'the close is answered': '#model.closed',
            'the close fails': '#model.closed',
            'the close times out': { guard: 'poolIsOpen', target: '#model.closed' },
            'the drain time is up': { guard: 'poolCloses', target: '#model.closed' },
            'the pool closes': { guard: 'poolIsOpen', actions: 'closePool' },
            'the connection is lost': { actions: 'nothing' },
            'the operator destroys it': '#model.closed',
          },
        },
        lingering: {
          on: {
            'the server lets go': '#model.closed',
            'the server does not let go': { guard: 'poolIsOpen', target: '#model.closed' },
            'the pool closes': { guard: 'poolIsOpen', actions: 'closePool' },
            'the connection is lost': { actions: 'nothing' },
            'the operator destroys it': { actions: 'nothing' },
          },
        },
      },
    },
    closed: {
      // Not final: the answers that the database still owes are to come, and must change nothing.
      on: {
        'late answers arrive': { guard: 'isEarly', actions: 'note' },
      },
    },
  },
})
