// The pool: starting → running → draining → closed; shedding while callers come too fast, backing off while connections cannot be opened, paused
// while it is told to be.
import { setup } from 'xstate'
import { connectionMachine } from './connection.js'
import { noFailures, urgedBackoff } from './decisions/backoff.js'
import { poolActions } from './pool-actions.js'
import { poolGuards } from './pool-guards.js'
import type { PoolContext, PoolEvent, PoolInput } from './pool-types.js'

const startingContext = (input: PoolInput): PoolContext => ({
  ...input,
  ...noFailures,
  drainTimeout: 0,
  drainUntil: 0,
  pausedAt: 0,
})

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
  guards: poolGuards,
  actions: poolActions,
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
    'budget.granted': { actions: 'grow' },
    'budget.reclaimed': { actions: 'yieldOne' },
    'budget.away': {
      description: 'What keeps the budget does not answer: the pool keeps its connections, and opens few.',
      actions: 'announceBudgetAway',
    },
    'budget.back': { actions: ['announceBudgetBack', 'grow'] },
    'budget.refused': { actions: 'announceRefusal' },
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
    'connection.failed': [
      {
        description: 'The database is not down: the budget that the pool shares with others is spent.',
        guard: 'isBudgetSpent',
        actions: 'noteSpentBudget',
      },
      { target: '.backingOff', actions: ['noteFailed', 'countFailure', 'announceFailure'] },
    ],
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
      entry: ['announceReady', 'beginWatch'],
      on: {
        'overload.due': [
          {
            description:
              'For an interval, no caller was served within the target: the queue is no burst that passes.',
            guard: 'isOverloaded',
            target: 'shedding',
          },
          { actions: 'watchDelay' },
        ],
      },
    },
    shedding: {
      description:
        'Callers come faster than they are served. Those who have waited for the target are refused, so that those who are served are served in time.',
      entry: ['announceOverload', 'shed'],
      on: {
        'overload.due': [
          { guard: 'hasEased', target: 'starting', actions: 'announceEased' },
          { actions: 'shed' },
        ],
      },
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
        'budget.granted': { actions: 'declineGrant' },
        'budget.back': { actions: 'announceBudgetBack' },
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
            'connection.failed': [
              { guard: 'isBudgetSpent', actions: 'noteSpentBudget' },
              {
                description:
                  'It was being opened when the other one failed. One back-off is enough for both.',
                actions: ['noteFailed', 'noteConnectError', 'announceFailure', 'failFast'],
              },
            ],
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
                  'No caller waits, but the pool is down, and stays so for readiness probes and listeners until a connect succeeds.',
                guard: 'isCutOff',
                target: 'probing',
              },
              {
                description:
                  'No caller waits, and connections are left: the next one that is needed is tried then. The streak of failures is remembered, so that this is no loop.',
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
            'connection.failed': [
              { guard: 'isBudgetSpent', actions: 'noteSpentBudget' },
              { actions: ['noteFailed', 'noteConnectError', 'announceFailure'] },
            ],
            'connection.ready': { guard: 'isFlapping', actions: 'noteReady' },
          },
          after: { urgedBackoff: [{ guard: 'hasRoom', target: 'probing' }, { target: 'waiting' }] },
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
            'budget.granted': { actions: 'probe' },
            'growth.due': {
              description: 'The probe waits for the budget, which is asked again.',
              guard: 'isHeldBack',
              actions: 'probe',
            },
            'connection.failed': [
              {
                description: 'The database can be reached, but the budget is spent.',
                guard: 'isBudgetSpent',
                target: '#pool.starting',
                actions: ['noteRecovery', 'noteSpentBudget', 'announceRecovery'],
              },
              {
                target: 'waiting',
                actions: ['noteFailed', 'countFailure', 'announceFailure', 'failFast'],
              },
            ],
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
        'budget.granted': { actions: 'declineGrant' },
        'budget.back': { actions: 'announceBudgetBack' },
        resize: { actions: ['resize', 'shrink'] },
        evict: { actions: ['raiseGeneration', 'evictAll'] },
        'connection.ready': { actions: ['noteRecovery', 'noteReady'] },
        'connection.closing': { actions: 'noteClosing' },
        'connection.failed': [
          { guard: 'isBudgetSpent', actions: 'noteSpentBudget' },
          { actions: ['noteFailed', 'countFailure', 'announceFailure'] },
        ],
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
        'budget.granted': { actions: 'declineGrant' },
        'budget.reclaimed': {},
        'budget.away': {},
        'budget.back': {},
        'budget.refused': {},
        'maintenance.due': {},
      },
      states: {
        waiting: {
          on: { close: { guard: 'isSooner', target: 'waiting', reenter: true, actions: 'setDrainTimeout' } },
          after: { drainTimeout: { target: 'destroying' } },
        },
        destroying: {
          description: 'The drain timeout is over: what is still leased loses its connection.',
          entry: 'destroyAll',
        },
      },
    },
    closed: { type: 'final', entry: 'announceClosed' },
  },
})
