// What a pool of two should go through: an effect-free model to take paths from.
import { assign, setup } from 'xstate'
import {
  acquire,
  declined,
  drain,
  established,
  evict,
  free,
  grow,
  isShort,
  type PoolFigures,
  resize,
  serve,
  total,
  wait,
} from './pool-figures.js'

/** The sizes, `[min, max]`, that events of {@link poolModel} give the pool. */
export const poolModelSizes = {
  'resize to two': [2, 2],
  'resize to none or two': [0, 2],
  'resize to none or one': [0, 1],
} as const

const events = [
  'acquire',
  'acquire an unfit one',
  'acquire one that onLend refuses',
  'acquire, and onLend throws twice',
  'a caller gives up',
  'the callers time out',
  'a connect succeeds',
  'a connect fails',
  'the back-off is over',
  'release',
  'release one that retires',
  'release and crash',
  'a lease is destroyed',
  'a leased one is lost',
  'an idle one is lost',
  'one that retires is lost',
  'idle for too long',
  'pause',
  'resume',
  'evict',
  'close',
  'acquire and close at once',
  'the drain time is up',
  'inside a connect: released and lost',
  'inside a connect: released and retired by hand',
  'inside a connect: closed, and released in a crash',
  'inside a connect: everything at once',
  ...(Object.keys(poolModelSizes) as (keyof typeof poolModelSizes)[]),
] as const

/**
 * The life of a pool of two connections in which callers wait only for connections that can be opened (`maxWaiting` 0): an XState
 * machine without effects, whose events have no payload and whose context counts connections and callers.
 *
 * `inside a connect` is the application's code run by the driver in the middle of a transition of the pool, as a password
 * function is: whatever it does there must wait its turn, and nothing may be lost.
 */
export const poolModel = setup({
  types: { context: {} as PoolFigures, events: {} as { type: (typeof events)[number] } },
  guards: {
    opens: ({ context }) => context.opening > 0,
    hasIdle: ({ context }) => context.idle > 0,
    hasTwoIdle: ({ context }) => context.idle === 2,
    hasLeased: ({ context }) => context.leased > 0,
    hasTwoLeased: ({ context }) => context.leased === 2 && context.min === 2,
    hasRetiring: ({ context }) => context.retiring > 0,
    hasWaiting: ({ context }) => context.queue > 0,
    hasSuperfluous: ({ context }) => context.idle > 0 && context.min === 0,
    isFilled: ({ context }) => established(context) >= context.min,
    isShort: ({ context }) => isShort(context),
    isCutOff: ({ context }) => established(context) === 0,
    isEmpty: ({ context }) => total(context) === 0,
    isCalledOff: ({ context }) => context.opening === 0,
    differs: ({ context, event }) => {
      const [min, max] = poolModelSizes[event.type as keyof typeof poolModelSizes]
      return context.min !== min || context.max !== max
    },
  },
  actions: {
    acquire: assign(({ context }) => acquire(context)),
    decline: assign(({ context }) => declined(context)),
    leave: assign(({ context }) => ({ queue: context.queue - 1 })),
    leaveAll: assign({ queue: 0 }),
    ready: assign(({ context }) => free({ ...context, opening: context.opening - 1 })),
    fail: assign(({ context }) => ({ opening: context.opening - 1 })),
    /** A smaller `max` may leave no room for it. */
    probe: assign(({ context }) => {
      const hasRoom = context.opening + context.idle + context.leased + context.retiring < context.max
      return { opening: context.opening + (hasRoom ? 1 : 0) }
    }),
    release: assign(({ context }) => free({ ...context, leased: context.leased - 1 })),
    loseLeased: assign(({ context }) => ({ leased: context.leased - 1 })),
    loseIdle: assign(({ context }) => ({ idle: context.idle - 1 })),
    loseRetiring: assign(({ context }) => ({ retiring: context.retiring - 1 })),
    loseBoth: assign(({ context }) => ({ leased: 0, queue: context.queue + 1 })),
    dropIdle: assign({ idle: 0 }),
    dropAll: assign({ retiring: 0 }),
    resize: assign(({ context, event }) => {
      const [min, max] = poolModelSizes[event.type as keyof typeof poolModelSizes]
      return resize(context, min, max)
    }),
    wait: assign(({ context }) => wait(context)),
    keep: assign(({ context }) => ({ opening: context.opening - 1, idle: context.idle + 1 })),
    takeBack: assign(({ context }) => ({ leased: context.leased - 1, idle: context.idle + 1 })),
    serve: assign(({ context }) => serve(context)),
    evict: assign(({ context }) => evict(context)),
    drain: assign(({ context }) => drain(context)),
    grow: assign(({ context }) => grow(context)),
    nothing: assign({}),
  },
}).createMachine({
  id: 'model',
  context: { min: 2, max: 2, opening: 2, idle: 0, leased: 0, retiring: 0, queue: 0 },
  initial: 'starting',
  on: {
    acquire: { actions: ['acquire', 'grow'] },
    'acquire an unfit one': { guard: 'hasIdle', actions: ['decline', 'grow'] },
    'acquire one that onLend refuses': { guard: 'hasIdle', actions: ['decline', 'grow'] },
    'acquire, and onLend throws twice': { guard: 'hasTwoIdle', actions: ['dropIdle', 'grow'] },
    'a caller gives up': { guard: 'hasWaiting', actions: 'leave' },
    'the callers time out': { guard: 'hasWaiting', actions: 'leaveAll' },
    'a connect succeeds': { guard: 'opens', actions: ['ready', 'grow'] },
    'a connect fails': { guard: 'opens', target: '.backingOff', actions: 'fail' },
    release: { guard: 'hasLeased', actions: 'release' },
    'release one that retires': { guard: 'hasRetiring', actions: ['loseRetiring', 'grow'] },
    'release and crash': { guard: 'hasLeased', actions: ['loseLeased', 'grow'] },
    'a lease is destroyed': { guard: 'hasLeased', actions: ['loseLeased', 'grow'] },
    'a leased one is lost': { guard: 'hasLeased', actions: ['loseLeased', 'grow'] },
    'an idle one is lost': { guard: 'hasIdle', actions: ['loseIdle', 'grow'] },
    'one that retires is lost': { guard: 'hasRetiring', actions: ['loseRetiring', 'grow'] },
    'idle for too long': { guard: 'hasSuperfluous', actions: 'dropIdle' },
    'resize to two': { guard: 'differs', actions: ['resize', 'grow'] },
    'resize to none or two': { guard: 'differs', actions: ['resize', 'grow'] },
    'resize to none or one': { guard: 'differs', actions: ['resize', 'grow'] },
    pause: { target: '.paused' },
    evict: { actions: ['evict', 'grow'] },
    close: { target: '.draining', actions: 'drain' },
    'acquire and close at once': { guard: 'hasIdle', target: '.draining', actions: 'drain' },
  },
  states: {
    starting: {
      always: { guard: 'isFilled', target: 'running' },
    },
    running: {
      on: {
        'inside a connect: released and lost': { guard: 'hasTwoLeased', actions: ['loseBoth', 'grow'] },
        'inside a connect: released and retired by hand': {
          guard: 'hasTwoLeased',
          actions: ['loseBoth', 'grow'],
        },
        'inside a connect: closed, and released in a crash': {
          guard: 'hasTwoLeased',
          target: 'draining',
          actions: ['loseLeased', 'loseLeased', 'drain'],
        },
        'inside a connect: everything at once': {
          guard: 'hasTwoLeased',
          target: 'draining',
          actions: ['loseLeased', 'loseLeased', 'drain'],
        },
      },
    },
    backingOff: {
      initial: 'waiting',
      on: {
        // The same as above, but nothing is opened until the back-off is over, and then one at a time.
        acquire: { actions: 'acquire' },
        'acquire an unfit one': { guard: 'hasIdle', actions: 'decline' },
        'acquire one that onLend refuses': { guard: 'hasIdle', actions: 'decline' },
        'acquire, and onLend throws twice': { guard: 'hasTwoIdle', actions: 'dropIdle' },
        'a connect succeeds': { guard: 'opens', target: 'starting', actions: ['ready', 'grow'] },
        'release one that retires': { guard: 'hasRetiring', actions: 'loseRetiring' },
        'release and crash': { guard: 'hasLeased', actions: 'loseLeased' },
        'a lease is destroyed': { guard: 'hasLeased', actions: 'loseLeased' },
        'a leased one is lost': { guard: 'hasLeased', actions: 'loseLeased' },
        'an idle one is lost': { guard: 'hasIdle', actions: 'loseIdle' },
        'one that retires is lost': { guard: 'hasRetiring', actions: 'loseRetiring' },
        'resize to two': { guard: 'differs', actions: 'resize' },
        'resize to none or two': { guard: 'differs', actions: 'resize' },
        'resize to none or one': { guard: 'differs', actions: 'resize' },
        evict: { actions: 'evict' },
        // Time would end the back-off as well.
        'the callers time out': {},
        'idle for too long': {},
      },
      states: {
        waiting: {
          on: {
            'a connect fails': { guard: 'opens', actions: 'fail' },
            'the back-off is over': [
              { guard: 'isShort', target: 'probing', actions: 'probe' },
              { guard: 'isCutOff', target: 'probing', actions: 'probe' },
              { target: '#model.running' },
            ],
          },
        },
        probing: {
          always: { guard: 'isCalledOff', target: 'waiting' },
          on: {
            'a connect fails': { guard: 'opens', target: 'waiting', actions: 'fail' },
          },
        },
      },
    },
    paused: {
      on: {
        // Nothing is leased and nothing is opened.
        pause: { actions: 'nothing' },
        resume: { target: 'starting', actions: ['serve', 'grow'] },
        acquire: { actions: 'wait' },
        'acquire an unfit one': {},
        'acquire one that onLend refuses': {},
        'acquire, and onLend throws twice': {},
        'a connect succeeds': { guard: 'opens', actions: 'keep' },
        'a connect fails': { guard: 'opens', actions: 'fail' },
        release: { guard: 'hasLeased', actions: 'takeBack' },
        'release one that retires': { guard: 'hasRetiring', actions: 'loseRetiring' },
        'release and crash': { guard: 'hasLeased', actions: 'loseLeased' },
        'a lease is destroyed': { guard: 'hasLeased', actions: 'loseLeased' },
        'a leased one is lost': { guard: 'hasLeased', actions: 'loseLeased' },
        'an idle one is lost': { guard: 'hasIdle', actions: 'loseIdle' },
        'one that retires is lost': { guard: 'hasRetiring', actions: 'loseRetiring' },
        'resize to two': { guard: 'differs', actions: 'resize' },
        'resize to none or two': { guard: 'differs', actions: 'resize' },
        'resize to none or one': { guard: 'differs', actions: 'resize' },
        evict: { actions: 'evict' },
        'acquire and close at once': {},
      },
    },
    draining: {
      always: { guard: 'isEmpty', target: 'closed' },
      initial: 'waiting',
      states: { waiting: {} },
      on: {
        acquire: { actions: 'nothing' },
        close: { actions: 'nothing' },
        'release one that retires': { guard: 'hasRetiring', actions: 'loseRetiring' },
        'one that retires is lost': { guard: 'hasRetiring', actions: 'loseRetiring' },
        'the drain time is up': { actions: 'dropAll' },
        'resize to two': {},
        'resize to none or two': {},
        'resize to none or one': {},
        evict: { actions: 'nothing' },
        pause: { actions: 'nothing' },
      },
    },
    closed: {
      type: 'final',
    },
  },
})
