// The pool: starting → running → draining → closed; shedding while callers arrive too fast, backing off while connections cannot be opened, paused
// until it is resumed.
import { setup } from 'xstate'
import { connectionMachine } from './connection.js'
import { noFailures, urgedBackoff } from './decisions/backoff.js'
import { timerFor } from './decisions/timers.js'
import { poolActions } from './pool-actions.js'
import { poolGuards } from './pool-guards.js'
import type { PoolContext, PoolEvent, PoolInput } from './pool-types.js'

const startingContext = (input: PoolInput): PoolContext => ({
  ...input,
  ...noFailures,
  drainTimeout: 0,
  drainUntil: 0,
  enteredAt: 0,
  saidDown: false,
})

/**
 * The statechart of the pool, which supervises the connections. It leases connections in every state but `paused`, `draining` and
 * `closed`: a pool whose database refuses new connections still leases the ones that it has.
 *
 * Its context has what it decides by (sizes, the queue, the roster); the actor system provides what it does to connections and callers
 * (`poolMachine.provide({ actions })`). Without that, the chart can be drawn, simulated and walked in tests.
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
    drainTimeout: ({ context }) => timerFor(context.drainTimeout),
  },
  guards: poolGuards,
  actions: poolActions,
}).createMachine({
  id: 'pool',
  context: ({ input }) => startingContext(input),
  initial: 'starting',
  options: { maxIterations: 100 }, // an endless loop ends the pool with an error, and does not stop the process
  on: {
    acquire: [
      { guard: 'hasIdle', actions: 'lend' },
      { guard: 'isQueueFull', actions: 'refuseFull' },
      { actions: ['enqueue', 'grow'] },
    ],
    cancel: { actions: 'cancel' },
    'acquire.due': { actions: 'expire' },
    'growth.due': { actions: 'grow' },
    'budget.granted': { actions: 'grow' },
    'budget.reclaimed': { actions: 'yieldOne' },
    'budget.away': {
      description:
        'The engine that keeps the budget does not answer: the pool keeps its connections, and opens few.',
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
          'onLend threw for this caller on one connection after another: another connection would not help.',
        guard: 'isLendHopeless',
        actions: 'refuseLend',
      },
      {
        description:
          'No growth here: the connection ends next, and the pool decides then whether to open another one.',
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
        description: 'Connections open and end at once, which counts as a failed connect.',
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
      description: 'Fewer than `min` connections are open. The pool leases the ones that it has.',
      entry: ['noteEntered', 'grow'],
      always: { guard: 'isFilled', target: 'running' },
    },
    running: {
      description: 'At least `min` connections are or were open; the pool replaces one that ends.',
      entry: ['noteEntered', 'announceReady', 'beginWatch'],
      on: {
        'overload.due': [
          {
            description:
              'For a whole interval no caller was served within the target: this is more than a burst.',
            guard: 'isOverloaded',
            target: 'shedding',
          },
          { actions: 'watchDelay' },
        ],
      },
    },
    shedding: {
      description:
        'Callers arrive faster than the pool serves them. It refuses each caller that has waited for the target, and serves the others in time.',
      entry: ['noteEntered', 'announceOverload', 'shed'],
      exit: 'announceEased',
      on: {
        'overload.due': [{ guard: 'hasEased', target: 'starting' }, { actions: 'shed' }],
      },
    },
    backingOff: {
      description:
        'Connects fail. The pool leases open connections as before, and tries one connect at a time, after pauses.',
      entry: ['noteEntered', 'announceDown', 'noteDown', 'failFast'],
      initial: 'waiting',
      on: {
        // Nothing is opened here but the probe, so these do not grow.
        acquire: [
          { guard: 'hasIdle', actions: 'lend' },
          { guard: 'isDown', actions: 'refuseDown' },
          { guard: 'isQueueFull', actions: 'refuseFull' },
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
          actions: ['noteRecovery', 'noteReady', 'announceRecovery', 'noteUp'],
        },
        'xstate.done.actor.*': { actions: ['forget', 'failFast'] },
        'xstate.error.actor.*': { actions: ['discard', 'forget', 'failFast'] },
      },
      states: {
        waiting: {
          description: 'The pool tries no connect until the back-off is over, unless it owes a caller one.',
          entry: 'beginBackoff',
          always: { guard: 'isOwedAnAttempt', target: 'probing' },
          on: {
            acquire: [
              { guard: 'isTriedAnew', actions: 'enqueue' },
              { guard: 'isRefusedAtOnce', target: 'urged', actions: 'refuseDown' },
            ],
            evict: {
              description: 'The change may have removed what made connects fail.',
              guard: 'isLongBackoff',
              target: 'waiting',
              reenter: true,
              actions: ['raiseGeneration', 'evictAll', 'hastenBackoff', 'failFast'],
            },
            'connection.failed': [
              { guard: 'isBudgetSpent', actions: 'noteSpentBudget' },
              {
                description:
                  'This connect was under way when another one failed. One back-off is enough for both.',
                actions: ['noteFailed', 'noteConnectError', 'announceFailure', 'failFast'],
              },
            ],
            'connection.ready': {
              description: 'Connections have been ending at once, so one that opens proves nothing.',
              guard: 'isFlapping',
              actions: 'noteReady',
            },
          },
          after: {
            backoff: [
              { guard: 'isShort', target: 'probing' },
              {
                description:
                  'No caller waits, but the pool stays down for readiness probes and listeners until a connect succeeds.',
                guard: 'isCutOff',
                target: 'probing',
              },
              {
                description:
                  'No caller waits, and connections are left: the pool connects again when it needs one. It remembers the failures, so this is no loop.',
                target: '#pool.running',
                actions: ['suspendStreak', 'announceRecovery', 'noteUp'],
              },
            ],
          },
        },
        urged: {
          description:
            'The pool refused a caller. The database may be back by now, so the back-off ends within half a second.',
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
          description: 'One connect shows whether the database is reachable again.',
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
              description: 'The probe waits for the budget; the pool asks again.',
              guard: 'isHeldBack',
              actions: 'probe',
            },
            'connection.failed': [
              {
                description: 'The database is reachable, but the budget is spent.',
                guard: 'isBudgetSpent',
                target: '#pool.starting',
                actions: ['noteRecovery', 'noteSpentBudget', 'announceRecovery', 'noteUp'],
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
        'Leases nothing until pool.resume(). Callers wait, and their time stops unless they passed a timeout.',
      entry: ['noteEntered', 'withholdQueue', 'declineGrant', 'announcePaused'],
      exit: 'offerQueue',
      on: {
        resume: {
          target: 'starting',
          actions: [
            'announceRecovery',
            'noteUp',
            'clearFailures',
            'announceResumed',
            'addPause',
            'serveQueue',
          ],
        },
        pause: {},
        acquire: [
          { guard: 'isImpatient', actions: 'refusePaused' },
          { guard: 'isQueueFull', actions: 'refuseFull' },
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
        'connection.ready': { actions: ['noteRecovery', 'noteReady', 'announceRecovery', 'noteUp'] },
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
      entry: ['noteEntered', 'refuseAll', 'retireAll'],
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
    closed: { type: 'final', entry: ['noteEntered', 'announceClosed'] },
  },
})
