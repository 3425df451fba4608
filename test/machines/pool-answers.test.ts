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
  acquire: { type: 'acquire', at: 0, ...nobody },
  cancel: { type: 'cancel', request: nobody, reason: error },
  resize: { type: 'resize', min: 0, max: 1 },
  close: { type: 'close', timeout: 1_000 },
  'acquire.due': { type: 'acquire.due' },
  'growth.due': { type: 'growth.due' },
  'maintenance.due': { type: 'maintenance.due' },
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
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'growth.due': 'grow',
      'maintenance.due': 'maintain',
      'connection.ready': 'noteReady, grow',
      'connection.failed': '→ backingOff.waiting: noteFailed, countFailure, announceFailure',
      'connection.closing': 'noteClosing, grow',
      'connection.declined': 'requeue',
      'xstate.done.actor if isStillbornAgain':
        '→ backingOff.waiting: forget, noteStillborn, countFailure, announceFailure',
      'xstate.done.actor if isStillborn': 'forget, noteStillborn, grow',
      'xstate.done.actor': 'forget, grow',
      'xstate.error.actor': 'discard, forget, grow',
      'always if isFilled': '→ running: announceReady',
    },
    ignores: {},
  }),
  running: table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue, grow',
      cancel: 'cancel',
      resize: 'resize, shrink, grow',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'growth.due': 'grow',
      'maintenance.due': 'maintain',
      'connection.ready': 'noteReady, grow',
      'connection.failed': '→ backingOff.waiting: noteFailed, countFailure, announceFailure',
      'connection.closing': 'noteClosing, grow',
      'connection.declined': 'requeue',
      'xstate.done.actor if isStillbornAgain':
        '→ backingOff.waiting: forget, noteStillborn, countFailure, announceFailure',
      'xstate.done.actor if isStillborn': 'forget, noteStillborn, grow',
      'xstate.done.actor': 'forget, grow',
      'xstate.error.actor': 'discard, forget, grow',
    },
    ignores: {},
  }),
  'backingOff.waiting': table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue',
      cancel: 'cancel',
      resize: 'resize, shrink',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'maintenance.due': 'maintain',
      'connection.ready': '→ starting: noteRecovery, noteReady, grow',
      'connection.failed': 'noteFailed, announceFailure',
      'connection.closing': 'noteClosing',
      'connection.declined': 'requeue',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
      'after backoff if isShort': '→ backingOff.probing: probe',
      'after backoff': '→ running: clearFailures, announceReady',
    },
    ignores: {
      'nothing is opened but the probe': ['growth.due'],
    },
  }),
  'backingOff.probing': table({
    answers: {
      'acquire if hasIdle': 'lend',
      'acquire if isLineFull': 'refuseFull',
      acquire: 'enqueue',
      cancel: 'cancel',
      resize: 'resize, shrink',
      close: '→ draining.waiting: setDrainTimeout, refuseAll, retireAll',
      'acquire.due': 'expire',
      'maintenance.due': 'maintain',
      'connection.ready': '→ starting: noteRecovery, noteReady, grow',
      'connection.failed': '→ backingOff.waiting: noteFailed, countFailure, announceFailure',
      'connection.closing': 'noteClosing',
      'connection.declined': 'requeue',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
      'always if isProbeGone': '→ backingOff.waiting',
    },
    ignores: {
      'nothing is opened but the probe': ['growth.due'],
    },
  }),
  'draining.waiting': table({
    answers: {
      acquire: 'refuseClosed',
      'connection.ready': 'noteReady',
      'connection.failed': 'noteFailed',
      'connection.closing': 'noteClosing',
      'connection.declined': 'refuseClosed',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
      'close if isSooner': 'setDrainTimeout',
      'after drainTimeout': '→ draining.destroying: destroyAll',
      'always if isEmpty': '→ closed: announceClosed',
    },
    ignores: {
      'nobody waits any more': ['cancel', 'acquire.due'],
      'nothing is opened any more': ['resize', 'growth.due'],
      'every connection has its orders': ['maintenance.due'],
    },
  }),
  'draining.destroying': table({
    answers: {
      acquire: 'refuseClosed',
      'connection.ready': 'noteReady',
      'connection.failed': 'noteFailed',
      'connection.closing': 'noteClosing',
      'connection.declined': 'refuseClosed',
      'xstate.done.actor': 'forget',
      'xstate.error.actor': 'discard, forget',
      'always if isEmpty': '→ closed: announceClosed',
    },
    ignores: {
      'nobody waits any more': ['cancel', 'acquire.due'],
      'nothing is opened any more': ['resize', 'growth.due'],
      'it is closing': ['close'],
      'every connection has its orders': ['maintenance.due'],
    },
  }),
  closed: table({
    answers: {},
    ignores: {
      'its actor has ended': [
        'acquire',
        'cancel',
        'resize',
        'close',
        'acquire.due',
        'growth.due',
        'maintenance.due',
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

const context = { roster: {}, size: {}, line: {}, backoff: 1_000, drainTimeout: 1_000 }
const answers = answersOf(poolMachine, context, { ...events, ...ends })

describe('a pool that is', () => {
  it.each(Object.keys(answers))('%s answers and ignores what the table says', state => {
    expect(answers[state]?.answers).toEqual(expected[state]?.answers)
    expect([...(answers[state]?.ignores ?? [])].sort()).toEqual([...(expected[state]?.ignores ?? [])].sort())
  })
})

it('has no state in the table that the machine has not', () => {
  expect(Object.keys(expected)).toEqual(Object.keys(answers))
})
