// The pool: starting → running → draining → closed; backing off while connections cannot be opened, paused while it is told to be.
import { assign, setup } from 'xstate'
import { connectionMachine } from './connection.js'
import {
  afterFailure,
  afterRecovery,
  afterStillborn,
  isFlapping,
  isLoop,
  isStillborn,
  noFailures,
  urgedBackoff,
} from './decisions/backoff.js'
import { isLendHopeless } from './decisions/fitness.js'
import { isDown, isLineFull, isOwedAnAttempt, isShort, triesAnew } from './decisions/sizing.js'
import type { PoolContext, PoolEvent, PoolInput } from './pool-types.js'

/** Stands for an effect that the actor system provides; alone, the machine only moves through its states. */
const provided = (): void => {}

const startingContext = (input: PoolInput): PoolContext => ({
  ...input,
  ...noFailures,
  drainTimeout: 0,
  drainUntil: 0,
  pausedAt: 0,
})

/** Whether the event tells of the end of a connection that never was of use. */
function isVain(event: PoolEvent, now: number): boolean {
  return 'output' in event && event.output !== undefined && isStillborn(event.output, now)
}

/** What went wrong, as the event tells. */
function failureIn(event: PoolEvent): unknown {
  if (event.type === 'connection.failed') return event.error
  return 'output' in event ? event.output?.ending?.error : undefined
}

/**
 * The statechart of the pool, which supervises the connections. It lends and serves in every state but the last two: a pool
 * whose database refuses new connections still lends those that it has.
 *
 * What it decides by (sizes, the queue, the roster) is in its context; what it does to connections and callers is provided
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
    urgedBackoff: ({ context }) => urgedBackoff(context.backoff),
    drainTimeout: ({ context }) => context.drainTimeout,
  },
  guards: {
    hasIdle: ({ context }) => context.roster.idle > 0,
    isLineFull: ({ context }) => isLineFull(context),
    /** No connection is left, and callers are not to wait until one can be opened (`whenDown: 'fail'`). */
    isDown: ({ context }) => isDown(context),
    /** The same, and no connect is tried for the caller (`whenDown: 'fail'`). */
    isRefusedAtOnce: ({ context }) => context.whenDown === 'fail' && isDown(context),
    /** A connect is tried for the caller, who is refused only when that fails (`whenDown: 'try'`, or 'fail-until-up' before the first one). */
    isTriedAnew: ({ context }) => triesAnew(context),
    /** A caller waits for whom no connect has been tried since. */
    isOwedAnAttempt: ({ context }) => isOwedAnAttempt(context),
    /** The caller does not want to wait at all. */
    isImpatient: ({ event }) => event.type === 'acquire' && event.timeout === 0,
    /** `onLend` has thrown for this caller on one connection after another: it is not the connections. */
    isLendHopeless: ({ event }) =>
      event.type === 'connection.declined' && isLendHopeless(event.request?.failures),
    /** As many connections are open as the pool keeps at least. */
    isFilled: ({ context }) => context.roster.established >= context.size.min,
    /** A connection is missing, to fill the pool to its minimum or for callers who wait, and there is room for it. */
    isShort: ({ context }) => isShort(context),
    /** One more connection may be opened. */
    hasRoom: ({ context }) => context.roster.total < context.size.max,
    /** The connection that ended had been opened in vain: it never was of use. */
    isStillborn: ({ context, event }) => isVain(event, context.world.now()),
    /** So many have been, in quick succession, that opening the next one at once would be a loop. */
    isStillbornAgain: ({ context, event }) =>
      isVain(event, context.world.now()) && isLoop(context, context.size.max, context.world.now()),
    /** Connections open, but have been ending at once: that one more has opened says nothing. */
    isFlapping: ({ context }) => isFlapping(context, context.size.max, context.world.now()),
    /** It is worth while to begin the back-off again, with a shorter one. */
    isLongBackoff: ({ context }) => context.backoff > urgedBackoff(context.backoff),
    /** It is to be over sooner than was said before. */
    isSooner: ({ context, event }) => event.type === 'close' && event.at + event.timeout < context.drainUntil,
    /** The probe ended without saying so: it was cancelled, or its actor crashed. */
    isProbeGone: ({ context }) => context.roster.connecting === 0,
    isEmpty: ({ context }) => context.roster.total === 0,
  },
  actions: {
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
     * Tells those who wait that no connection can be opened, if they are not to wait for that and none is left: all of them, or those who
     * have a connect tried (`isTriedAnew`) and asked before one began that failed.
     */
    failFast: provided,
    /** The back-off begins: only callers who wait for its end keep the process alive meanwhile. */
    beginBackoff: provided,
    /** Keeps connections that come free from taking the next caller. */
    withholdQueue: ({ context }) => {
      context.queue.open = false
    },
    offerQueue: ({ context }) => {
      context.queue.open = true
    },
    notePause: assign(({ context }) => ({ pausedAt: context.world.now() })),
    /** Gives those who wait the time that they had left when the pool was paused. */
    addPause: provided,
    /** Lends idle connections to those who wait. */
    serveQueue: provided,
    /** Opens as many connections as are missing and allowed. */
    grow: provided,
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
    announceRecovery: provided,
    announcePaused: provided,
    announceResumed: provided,
    announceClosed: provided,
    /** Counts one more failure, and says how long to back off. */
    countFailure: assign(({ context, event }) =>
      afterFailure(context, failureIn(event), context.world.now(), context.world.random(), context.roster),
    ),
    /** One more connect failed that began before the back-off: it makes it no longer. */
    noteConnectError: assign(({ event }) => ({ lastConnectError: failureIn(event) })),
    /** Connects succeed again. */
    noteRecovery: assign(({ context }) => afterRecovery(context, context.world.now(), context.roster)),
    /** Counts one more connection that was opened in vain. */
    noteStillborn: assign(({ context }) => afterStillborn(context, context.world.now())),
    /** No caller asked while it backed off: the next failure belongs to the same streak only if it comes soon. */
    suspendStreak: assign(({ context }) => afterRecovery(context, context.world.now(), context.roster)),
    hastenBackoff: assign(({ context }) => ({ backoff: urgedBackoff(context.backoff) })),
    clearFailures: assign(noFailures),
    resize: assign(({ context, event }) => ({
      size: event.type === 'resize' ? { min: event.min, max: event.max } : context.size,
      maxWaiting: event.type === 'resize' ? (event.maxWaiting ?? context.maxWaiting) : context.maxWaiting,
    })),
    setDrainTimeout: assign(({ context, event }) =>
      event.type === 'close'
        ? { drainTimeout: event.timeout, drainUntil: event.at + event.timeout }
        : { drainTimeout: context.drainTimeout, drainUntil: context.drainUntil },
    ),
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
    'leak.due': { actions: 'reportLeaks' },
    resize: { actions: ['resize', 'shrink', 'grow'] },
    evict: { actions: ['raiseGeneration', 'evictAll', 'grow'] },
    pause: { target: '.paused' },
    close: { target: '.draining', actions: 'setDrainTimeout' },
    'connection.ready': { actions: ['noteReady', 'grow'] },
    'connection.declined': [
      {
        description:
          'onLend has thrown for this caller on one connection after another: the next one would not help.',
        guard: 'isLendHopeless',
        actions: 'refuseLend',
      },
      {
        description:
          'It does not grow: the end of the connection follows, and with it the question whether to open another one.',
        actions: 'requeue',
      },
    ],
    'connection.closing': { actions: ['noteClosing', 'grow'] },
    'connection.failed': {
      target: '.backingOff',
      actions: ['noteFailed', 'countFailure', 'announceFailure'],
    },
    'xstate.done.actor.*': [
      {
        description: 'Connections open, but end at once: that is as bad as a connect that fails.',
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
      description: 'Fewer connections are open than the pool keeps. It leases those that it has.',
      entry: 'grow',
      always: { guard: 'isFilled', target: 'running' },
    },
    running: {
      description: 'At least `min` connections are open, or were: one that ends later is replaced from here.',
      entry: 'announceReady',
    },
    backingOff: {
      description:
        'Connects fail. Open connections are leased as before; new ones are tried one at a time, after pauses.',
      entry: ['announceDown', 'failFast'],
      initial: 'waiting',
      on: {
        // Nothing is opened here but the probe, so these do not grow.
        acquire: [
          { guard: 'hasIdle', actions: 'lend' },
          { guard: 'isDown', actions: 'refuseDown' },
          { guard: 'isLineFull', actions: 'refuseFull' },
          { actions: 'enqueue' },
        ],
        'growth.due': {},
        resize: { actions: ['resize', 'shrink'] },
        evict: { actions: ['raiseGeneration', 'evictAll', 'failFast'] },
        'connection.closing': { actions: ['noteClosing', 'failFast'] },
        'connection.ready': {
          target: 'starting',
          actions: ['noteRecovery', 'noteReady', 'announceRecovery'],
        },
        'xstate.done.actor.*': { actions: ['forget', 'failFast'] },
        'xstate.error.actor.*': { actions: ['discard', 'forget', 'failFast'] },
      },
      states: {
        waiting: {
          description: 'No connect is tried until the back-off is over, unless a caller is owed one.',
          entry: 'beginBackoff',
          always: { guard: 'isOwedAnAttempt', target: 'probing' },
          on: {
            acquire: [
              { guard: 'isTriedAnew', actions: 'enqueue' },
              { guard: 'isRefusedAtOnce', target: 'urged', actions: 'refuseDown' },
            ],
            evict: {
              description: 'What was changed may be what kept connects from succeeding.',
              guard: 'isLongBackoff',
              target: 'waiting',
              reenter: true,
              actions: ['raiseGeneration', 'evictAll', 'hastenBackoff', 'failFast'],
            },
            'connection.failed': {
              description: 'It was being opened when the other one failed. One back-off is enough for both.',
              actions: ['noteFailed', 'noteConnectError', 'announceFailure', 'failFast'],
            },
            'connection.ready': {
              description: 'Connections have been ending at once, so one more that opens says nothing.',
              guard: 'isFlapping',
              actions: 'noteReady',
            },
          },
          after: {
            backoff: [
              { guard: 'isShort', target: 'probing' },
              {
                description:
                  'No caller waits: the next one triggers a connect. The streak of failures is remembered, so that this is no loop.',
                target: '#pool.running',
                actions: 'suspendStreak',
              },
            ],
          },
        },
        urged: {
          description:
            'A caller was refused. The database may be back by now, so the back-off ends within half a second.',
          entry: 'beginBackoff',
          on: {
            'connection.failed': { actions: ['noteFailed', 'noteConnectError', 'announceFailure'] },
            'connection.ready': { guard: 'isFlapping', actions: 'noteReady' },
          },
          after: {
            urgedBackoff: [{ guard: 'hasRoom', target: 'probing' }, { target: 'waiting' }],
          },
        },
        probing: {
          description: 'One connect shows whether the database can be reached again.',
          entry: 'probe',
          always: {
            description: 'The probe was cancelled, or its actor crashed.',
            guard: 'isProbeGone',
            target: 'waiting',
          },
          on: {
            acquire: { guard: 'isTriedAnew', actions: 'enqueue' },
            'connection.failed': {
              target: 'waiting',
              actions: ['noteFailed', 'countFailure', 'announceFailure', 'failFast'],
            },
          },
        },
      },
    },
    paused: {
      description:
        'Leases nothing until it is told to resume. Callers wait, and their time stands still unless they passed a timeout.',
      entry: ['withholdQueue', 'notePause', 'announcePaused'],
      exit: 'offerQueue',
      on: {
        resume: {
          target: 'starting',
          actions: ['clearFailures', 'announceResumed', 'addPause', 'serveQueue'],
        },
        pause: {},
        acquire: [
          { guard: 'isImpatient', actions: 'refusePaused' },
          { guard: 'isLineFull', actions: 'refuseFull' },
          { actions: 'enqueue' },
        ],
        'acquire.due': {
          description: 'Only callers with a timeout of their own time out during a pause.',
          actions: 'expireOwn',
        },
        // Nothing is opened here: what is missing is opened after the pause.
        'growth.due': {},
        resize: { actions: ['resize', 'shrink'] },
        evict: { actions: ['raiseGeneration', 'evictAll'] },
        'connection.ready': { actions: ['noteRecovery', 'noteReady'] },
        'connection.closing': { actions: 'noteClosing' },
        'connection.failed': { actions: ['noteFailed', 'countFailure', 'announceFailure'] },
        'xstate.done.actor.*': { actions: 'forget' },
        'xstate.error.actor.*': { actions: ['discard', 'forget'] },
      },
    },
    draining: {
      description: 'Refuses callers, closes what is idle, and waits for leases until the drain timeout.',
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
        // No caller waits any more, nothing is opened any more, and every connection has its orders.
        cancel: {},
        close: {},
        resize: {},
        evict: {},
        pause: {},
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
          description: 'The drain timeout is over: what is still leased loses its connection.',
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
