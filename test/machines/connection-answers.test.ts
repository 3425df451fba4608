// Which events each state of the connection answers, and which it deliberately ignores, as a table to be read.
import { describe, expect, it } from 'vitest'
import type { ConnectionEvent } from '../../src/machines/index.js'
import { connectionMachine } from '../../src/machines/index.js'
import { answersOf, table } from './answers.js'

const request = { waits: true }
const error = new Error('of the driver')
/** One of each: an event that is missing here does not compile. */
const events: { [T in ConnectionEvent['type']]: Extract<ConnectionEvent, { type: T }> } = {
  checkout: { type: 'checkout', request, at: 0 },
  release: { type: 'release', at: 0 },
  validate: { type: 'validate' },
  retire: { type: 'retire', reason: 'max lifetime' },
  destroy: { type: 'destroy', error },
  'driver.connected': { type: 'driver.connected' },
  'driver.connectFailed': { type: 'driver.connectFailed', error },
  'driver.validated': { type: 'driver.validated' },
  'driver.invalid': { type: 'driver.invalid', error },
  'driver.resetDone': { type: 'driver.resetDone' },
  'driver.resetFailed': { type: 'driver.resetFailed', error },
  'driver.lost': { type: 'driver.lost', error },
  'driver.closed': { type: 'driver.closed' },
  'driver.closeFailed': { type: 'driver.closeFailed', error },
}

const limit = 1_000
const policy = {
  connectTimeout: limit,
  validateTimeout: limit,
  resetTimeout: limit,
  closeTimeout: limit,
  maxUses: limit,
}

const expected: Record<string, ReturnType<typeof table>> = {
  connecting: table({
    answers: {
      checkout: 'decline',
      retire: '→ closed: noteEnding, destroySocket, reportClosing',
      destroy: '→ closed: noteEnding(abandoned), destroySocket, reportClosing',
      'driver.connected if isWanted': '→ busy.lent: takeNext, reportReady, lend',
      'driver.connected': '→ idle: reportReady, park',
      'driver.connectFailed': '→ closed: noteEnding(connect failed), destroySocket, reportFailed',
      'driver.lost': '→ closed: noteEnding(connect failed), destroySocket, reportFailed',
      'after connectTimeout': '→ closed: noteEnding(connect timeout), destroySocket, reportFailed',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it is not open yet': ['validate'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  idle: table({
    answers: {
      'checkout if isStale': '→ validating.checkout: validate',
      checkout: '→ busy.lent: lend',
      validate: '→ validating.keepalive: validate',
      retire: '→ closing: noteEnding, reportClosing, close',
      destroy: '→ closed: noteEnding(destroyed), destroySocket',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'busy.lent': table({
    answers: {
      checkout: 'decline',
      'release if isSpent': '→ closing: takeBack, noteEnding(max lifetime), reportClosing, close',
      'release if needsReset': '→ validating.return.staying: takeBack, reset',
      'release if isWanted': 'takeBack, takeNext, lend',
      release: '→ idle: takeBack, park',
      retire: '→ busy.retiring: noteEnding',
      destroy: '→ closed: noteEnding(destroyed), destroySocket, revoke',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket, revoke',
    },
    ignores: {
      'its holder proves that it works': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'busy.retiring': table({
    answers: {
      checkout: 'decline',
      release: '→ closing: takeBack, reportClosing, close',
      destroy: '→ closed: noteEnding(destroyed), destroySocket, revoke',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket, revoke',
    },
    ignores: {
      'its holder proves that it works': ['validate'],
      'it is going anyway': ['retire'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.checkout': table({
    answers: {
      checkout: 'decline',
      retire: '→ closed: noteEnding, destroySocket, decline',
      destroy: '→ closed: noteEnding(destroyed), destroySocket, decline',
      'driver.validated if isAwaited': '→ busy.lent: lend',
      'driver.validated if isWithheld': '→ idle: decline, park',
      'driver.validated if isWanted': '→ busy.lent: takeNext, lend',
      'driver.validated': '→ idle: park',
      'driver.invalid': '→ closed: noteEnding(validation failed), destroySocket, decline',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket, decline',
      'after validateTimeout': '→ closed: noteEnding(validation timeout), destroySocket, decline',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.keepalive': table({
    answers: {
      checkout: 'decline',
      retire: '→ closed: noteEnding, destroySocket, decline',
      destroy: '→ closed: noteEnding(destroyed), destroySocket, decline',
      'driver.validated if isWanted': '→ busy.lent: takeNext, lend',
      'driver.validated': '→ idle: park',
      'driver.invalid': '→ closed: noteEnding(validation failed), destroySocket',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket, decline',
      'after validateTimeout': '→ closed: noteEnding(validation timeout), destroySocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.return.staying': table({
    answers: {
      checkout: 'decline',
      retire: '→ validating.return.leaving: noteEnding',
      destroy: '→ closed: noteEnding(destroyed), destroySocket, decline',
      'driver.resetDone if isWanted': '→ busy.lent: takeNext, lend',
      'driver.resetDone': '→ idle: park',
      'driver.resetFailed': '→ closed: noteEnding(reset failed), destroySocket',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket, decline',
      'after resetTimeout': '→ closed: noteEnding(reset timeout), destroySocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.return.leaving': table({
    answers: {
      checkout: 'decline',
      destroy: '→ closed: noteEnding(destroyed), destroySocket, decline',
      'driver.resetDone': '→ closing: reportClosing, close',
      'driver.resetFailed': '→ closed: noteEnding(reset failed), destroySocket',
      'driver.lost': '→ closed: noteEnding(lost), destroySocket, decline',
      'after resetTimeout': '→ closed: noteEnding(reset timeout), destroySocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it is going anyway': ['retire'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  closing: table({
    answers: {
      checkout: 'decline',
      destroy: '→ closed: destroySocket',
      'driver.closed': '→ closed',
      'driver.closeFailed': '→ closed: destroySocket',
      'after closeTimeout': '→ closed: destroySocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['release'],
      'it is going anyway': ['validate', 'retire', 'driver.lost'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
      ],
    },
  }),
  closed: table({
    answers: {},
    ignores: {
      'its actor has ended': [
        'checkout',
        'release',
        'validate',
        'retire',
        'destroy',
        'driver.connected',
        'driver.connectFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.lost',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
}

let asked: ReturnType<typeof answersOf> | undefined
/** Asked by the tests and not before them: a machine that cannot be asked fails each of them. */
const answers = () => {
  asked ??= answersOf(connectionMachine, { policy, facts: { uses: 0 }, line: { length: 0 } }, events)
  return asked
}

describe('a connection that is', () => {
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
