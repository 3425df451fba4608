// Which events each state of the pool answers, and which it deliberately ignores, as a table to be read.
import { describe, expect, it } from 'vitest'
import type { PoolEvent } from '../../src/machines/index.js'
import { poolMachine } from '../../src/machines/index.js'
import { answersOf, table } from './answers.js'

type Own = Exclude<PoolEvent['type'], `xstate.${string}`>
const nobody = { waits: true } as const
const connection = {} as Extract<PoolEvent, { type: 'connection.ready' }>['connection']
const error = new Error('of the driver')
/** One of each: an event that is missing here does not compile. */
const events: { [T in Own]: Extract<PoolEvent, { type: T }> } = {
  acquire: { type: 'acquire', at: 0, timeout: 1_000, ...nobody },
  cancel: { type: 'cancel', request: nobody, reason: error },
  resize: { type: 'resize', min: 0, max: 1 },
  pause: { type: 'pause' },
  resume: { type: 'resume' },
  evict: { type: 'evict' },
  close: { type: 'close', timeout: 1_000, at: 0 },
  'acquire.due': { type: 'acquire.due' },
  'growth.due': { type: 'growth.due' },
  'budget.granted': { type: 'budget.granted' },
  'budget.reclaimed': { type: 'budget.reclaimed' },
  'maintenance.due': { type: 'maintenance.due' },
  'leak.due': { type: 'leak.due' },
  'overload.due': { type: 'overload.due' },
  'connection.ready': { type: 'connection.ready', connection },
  'connection.failed': { type: 'connection.failed', connection, error },
  'connection.closing': { type: 'connection.closing', connection },
  'connection.declined': { type: 'connection.declined', connection, request: nobody },
}
const ends = {
  'xstate.done.actor': { type: 'xstate.done.actor.connection-1' },
  'xstate.error.actor': { type: 'xstate.error.actor.connection-1' },
}

const expected: Record<string, ReturnType<typeof table>> = {
  starting: table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue, grow',
      cancel: 'cancel',
      resize: 'resize, shrink, grow',
      pause: '→ paused: withholdQueue, notePause, announcePaused',
      evict: 'raiseGeneration, evictAll, grow',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'growth.due': 'grow',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'connection.ready': 'noteReady, grow',
      'connection.failed':
        '→ backingOff.waiting: noteFailed, countFailure, announceFailure, announceDown, failFast, beginBackoff',
      'budget.granted': 'grow',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent': 'noteSpentBudget',
      'connection.closing': 'noteClosing, grow',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor if isStillbornAgain':
        '→ backingOff.waiting: forget, noteStillborn, countFailure, announceFailure, announceDown, failFast, beginBackoff',
      'xstate.done.actor if isStillborn': 'forget, noteStillborn, grow',
      'xstate.done.actor': 'forget, grow',
      'xstate.error.actor': 'discard, forget, grow',
      'always if isFilled': '→ running: announceReady, beginWatch',
    },
    ignores: { 'it is not running': ['overload.due'], 'it is not paused': ['resume'] },
  }),
  running: table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue, grow',
      cancel: 'cancel',
      resize: 'resize, shrink, grow',
      pause: '→ paused: withholdQueue, notePause, announcePaused',
      evict: 'raiseGeneration, evictAll, grow',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'growth.due': 'grow',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'overload.due if isOverloaded': '→ shedding: announceOverload, shed',
      'overload.due': 'watchDelay',
      'connection.ready': 'noteReady, grow',
      'connection.failed':
        '→ backingOff.waiting: noteFailed, countFailure, announceFailure, announceDown, failFast, beginBackoff',
      'budget.granted': 'grow',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent': 'noteSpentBudget',
      'connection.closing': 'noteClosing, grow',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor if isStillbornAgain':
        '→ backingOff.waiting: forget, noteStillborn, countFailure, announceFailure, announceDown, failFast, beginBackoff',
      'xstate.done.actor if isStillborn': 'forget, noteStillborn, grow',
      'xstate.done.actor': 'forget, grow',
      'xstate.error.actor': 'discard, forget, grow',
    },
    ignores: { 'it is not paused': ['resume'] },
  }),
  shedding: table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue, grow',
      cancel: 'cancel',
      resize: 'resize, shrink, grow',
      pause: '→ paused: withholdQueue, notePause, announcePaused',
      evict: 'raiseGeneration, evictAll, grow',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'growth.due': 'grow',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'overload.due if hasEased': '→ starting: announceEased, grow',
      'overload.due': 'shed',
      'connection.ready': 'noteReady, grow',
      'connection.failed':
        '→ backingOff.waiting: noteFailed, countFailure, announceFailure, announceDown, failFast, beginBackoff',
      'budget.granted': 'grow',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent': 'noteSpentBudget',
      'connection.closing': 'noteClosing, grow',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor if isStillbornAgain':
        '→ backingOff.waiting: forget, noteStillborn, countFailure, announceFailure, announceDown, failFast, beginBackoff',
      'xstate.done.actor if isStillborn': 'forget, noteStillborn, grow',
      'xstate.done.actor': 'forget, grow',
      'xstate.error.actor': 'discard, forget, grow',
    },
    ignores: { 'it is not paused': ['resume'] },
  }),
  'backingOff.waiting': table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isDown': 'refuseDown',
      'acquire if isRefusedAtOnce': '→ backingOff.urged: refuseDown, beginBackoff',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue',
      cancel: 'cancel',
      resize: 'resize, shrink',
      pause: '→ paused: withholdQueue, notePause, announcePaused',
      'evict if isLongBackoff': 'raiseGeneration, evictAll, hastenBackoff, failFast, beginBackoff',
      evict: 'raiseGeneration, evictAll, failFast',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'connection.ready if isFlapping': 'noteReady',
      'connection.ready': '→ starting: noteRecovery, noteReady, announceRecovery, grow',
      'connection.failed': 'noteFailed, noteConnectError, announceFailure, failFast',
      'budget.granted': 'declineGrant',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent': 'noteSpentBudget',
      'connection.closing': 'noteClosing, failFast',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor': 'forget, failFast',
      'xstate.error.actor': 'discard, forget, failFast',
      'after backoff if isShort': '→ backingOff.probing: probe',
      'after backoff if isCutOff': '→ backingOff.probing: probe',
      'after backoff': '→ running: suspendStreak, announceReady, beginWatch',
      'always if isOwedAnAttempt': '→ backingOff.probing: probe',
    },
    ignores: {
      'it is not running': ['overload.due'],
      'nothing is opened but the probe': ['growth.due'],
      'it is not paused': ['resume'],
    },
  }),
  'backingOff.urged': table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isDown': 'refuseDown',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue',
      cancel: 'cancel',
      resize: 'resize, shrink',
      pause: '→ paused: withholdQueue, notePause, announcePaused',
      evict: 'raiseGeneration, evictAll, failFast',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'connection.ready if isFlapping': 'noteReady',
      'connection.ready': '→ starting: noteRecovery, noteReady, announceRecovery, grow',
      'connection.failed': 'noteFailed, noteConnectError, announceFailure',
      'budget.granted': 'declineGrant',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent': 'noteSpentBudget',
      'connection.closing': 'noteClosing, failFast',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor': 'forget, failFast',
      'xstate.error.actor': 'discard, forget, failFast',
      'after urgedBackoff if hasRoom': '→ backingOff.probing: probe',
      'after urgedBackoff': '→ backingOff.waiting: beginBackoff',
    },
    ignores: {
      'it is not running': ['overload.due'],
      'nothing is opened but the probe': ['growth.due'],
      'it is not paused': ['resume'],
    },
  }),
  'backingOff.probing': table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isDown': 'refuseDown',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue',
      cancel: 'cancel',
      resize: 'resize, shrink',
      pause: '→ paused: withholdQueue, notePause, announcePaused',
      evict: 'raiseGeneration, evictAll, failFast',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'connection.ready': '→ starting: noteRecovery, noteReady, announceRecovery, grow',
      'connection.failed':
        '→ backingOff.waiting: noteFailed, countFailure, announceFailure, failFast, beginBackoff',
      'budget.granted': 'probe',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent':
        '→ starting: noteRecovery, noteSpentBudget, announceRecovery, grow',
      'growth.due if isHeldBack': 'probe',
      'connection.closing': 'noteClosing, failFast',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor': 'forget, failFast',
      'xstate.error.actor': 'discard, forget, failFast',
      'always if isProbeGone': '→ backingOff.waiting: beginBackoff',
    },
    ignores: {
      'it is not running': ['overload.due'],
      'it is not paused': ['resume'],
    },
  }),
  paused: table({
    answers: {
      'acquire if isLineFull': 'refuseFull',
      'acquire if isImpatient': 'refusePaused',
      acquire: 'enqueue',
      cancel: 'cancel',
      resize: 'resize, shrink',
      resume: '→ starting: offerQueue, clearFailures, announceResumed, addPause, serveQueue, grow',
      evict: 'raiseGeneration, evictAll',
      close: '→ draining.waiting: offerQueue, setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expireOwn',
      'maintenance.due': 'maintain',
      'leak.due': 'reportLeaks',
      'connection.ready': 'noteRecovery, noteReady',
      'connection.failed': 'noteFailed, countFailure, announceFailure',
      'budget.granted': 'declineGrant',
      'budget.reclaimed': 'yieldOne',
      'connection.failed if isBudgetSpent': 'noteSpentBudget',
      'connection.closing': 'noteClosing',
      'connection.declined if isLendHopeless': 'refuseLend',
      'connection.declined': 'requeue',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
    },
    ignores: {
      'it is not running': ['overload.due'],
      'nothing is opened': ['growth.due'],
      'it is paused already': ['pause'],
    },
  }),
  'draining.waiting': table({
    answers: {
      acquire: 'refuseClosed',
      'leak.due': 'reportLeaks',
      'connection.ready': 'noteReady',
      'connection.failed': 'noteFailed',
      'budget.granted': 'declineGrant',
      'connection.closing': 'noteClosing',
      'connection.declined': 'refuseClosed',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
      'close if isSooner': 'setDrainTimeout',
      'after drainTimeout': '→ draining.destroying: destroyAll',
      'always if isEmpty': '→ closed: announceClosed',
    },
    ignores: {
      'it is not running': ['overload.due'],
      'nobody waits any more': ['cancel', 'acquire.due'],
      'nothing is opened any more': ['resize', 'evict', 'growth.due'],
      'nothing is lent any more': ['pause', 'resume'],
      'every connection has its orders': ['maintenance.due', 'budget.reclaimed'],
    },
  }),
  'draining.destroying': table({
    answers: {
      acquire: 'refuseClosed',
      'leak.due': 'reportLeaks',
      'connection.ready': 'noteReady',
      'connection.failed': 'noteFailed',
      'budget.granted': 'declineGrant',
      'connection.closing': 'noteClosing',
      'connection.declined': 'refuseClosed',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
      'always if isEmpty': '→ closed: announceClosed',
    },
    ignores: {
      'it is not running': ['overload.due'],
      'nobody waits any more': ['cancel', 'acquire.due'],
      'nothing is opened any more': ['resize', 'evict', 'growth.due'],
      'nothing is lent any more': ['pause', 'resume'],
      'it is closing': ['close'],
      'every connection has its orders': ['maintenance.due', 'budget.reclaimed'],
    },
  }),
  closed: table({
    answers: {},
    ignores: {
      'its actor has ended': [
        'acquire',
        'cancel',
        'resize',
        'pause',
        'resume',
        'evict',
        'close',
        'acquire.due',
        'growth.due',
        'budget.granted',
        'budget.reclaimed',
        'maintenance.due',
        'leak.due',
        'overload.due',
        'connection.ready',
        'connection.failed',
        'connection.closing',
        'connection.declined',
        'xstate.done.actor',
        'xstate.error.actor',
      ],
    },
  }),
}

const context = { roster: {}, size: {}, queue: {}, backoff: 1_000, drainTimeout: 1_000 }
let asked: ReturnType<typeof answersOf> | undefined
/** Asked by the tests and not before them: a machine that cannot be asked fails each of them. */
const answers = () => {
  asked ??= answersOf(poolMachine, context, { ...events, ...ends })
  return asked
}

describe('a pool that is', () => {
  it.each(Object.keys(expected))('%s answers and ignores what the table says', state => {
    expect(answers()[state]?.answers).toEqual(expected[state]?.answers)
    expect([...(answers()[state]?.ignores ?? [])].sort()).toEqual(
      [...(expected[state]?.ignores ?? [])].sort(),
    )
  })
})

it('has no state in the table that the machine has not', () => {
  expect(Object.keys(expected)).toEqual(Object.keys(answers()))
})
