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
  share: { type: 'share' },
  abort: { type: 'abort' },
  release: { type: 'release', at: 0, session: 'clean' },
  validate: { type: 'validate' },
  retire: { type: 'retire', reason: 'max lifetime' },
  destroy: { type: 'destroy', error },
  'driver.connected': { type: 'driver.connected', at: 0 },
  'driver.connectFailed': { type: 'driver.connectFailed', error },
  'driver.validated': { type: 'driver.validated', at: 0 },
  'driver.invalid': { type: 'driver.invalid', error },
  'driver.resetDone': { type: 'driver.resetDone', at: 0 },
  'driver.resetFailed': { type: 'driver.resetFailed', error },
  'driver.cancelled': { type: 'driver.cancelled' },
  'driver.cancelFailed': { type: 'driver.cancelFailed', error },
  'lend.accepted': { type: 'lend.accepted', at: 0 },
  'lend.refused': { type: 'lend.refused', error },
  'lend.failed': { type: 'lend.failed', error },
  'driver.gone': { type: 'driver.gone' },
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
      retire: '→ closing.lingering: noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      destroy:
        '→ closing.lingering: noteAbandoned, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.connected if isOwedProof': '→ validating.checkout: noteOpened, takeNext, reportReady, validate',
      'driver.connected': '→ idle: noteOpened, takeNext, reportReady, park',
      'driver.connectFailed': '→ closed: noteConnectFailed, destroySocket, reportFailed',
      'driver.lost': '→ closed: noteConnectFailed, destroySocket, reportFailed',
      'after connectTimeout': '→ closed: noteConnectTimeout, destroySocket, reportFailed',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is not open yet': ['validate'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  lending: table({
    answers: {
      checkout: 'decline',
      retire: '→ closing.lingering: noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'lend.accepted if isClaimed': '→ busy.leased: lend, noteLeased',
      'lend.accepted': '→ validating.return.staying: noteUnclaimed, decline, dropRequest, reset',
      'lend.refused': '→ closing.graceful: noteLendRefused, decline, dropRequest, reportClosing, close',
      'lend.failed':
        '→ closing.graceful: noteLendFailed, countLendFailure, decline, dropRequest, reportClosing, close',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
      'after validateTimeout':
        '→ closing.lingering: noteLendTimeout, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is being prepared for a caller': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  idle: table({
    answers: {
      'checkout if isTooLate': 'park',
      'checkout if isStale': '→ validating.checkout: reserve, validate',
      'checkout if asks': '→ lending: reserve, ask',
      checkout: '→ busy.leased: lend, noteLeased',
      validate: '→ validating.keepalive: validate',
      retire: '→ closing.graceful: noteReason, reportClosing, close',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'busy.leased': table({
    answers: {
      checkout: 'decline',
      share: '→ busy.shared',
      abort: '→ busy.cancelling: cancel',
      'release if isUnusable':
        '→ closing.lingering: takeBack, noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      'release if isSpent': '→ closing.graceful: takeBack, noteSpent, reportClosing, close',
      'release if needsReset': '→ validating.return.staying: takeBack, reset',
      'release if asksForWanted': '→ lending: noteReturned, takeBack, takeNext, ask',
      'release if isWanted': 'takeBack, takeNext, lend, noteLeased',
      release: '→ idle: noteReturned, takeBack, park',
      retire: '→ busy.retiring: noteReason',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'its holder proves that it works': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'busy.shared': table({
    answers: {
      checkout: 'decline',
      abort: '→ busy.cancelling: cancel',
      'release if isUnusable':
        '→ closing.lingering: takeBack, noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      'release if isSpent': '→ closing.graceful: takeBack, noteSpent, reportClosing, close',
      'release if needsReset': '→ validating.return.staying: takeBack, reset',
      'release if asksForWanted': '→ lending: noteReturned, takeBack, takeNext, ask',
      'release if isWanted': '→ busy.leased: takeBack, takeNext, lend, noteLeased',
      release: '→ idle: noteReturned, takeBack, park',
      retire: '→ busy.retiring: noteReason',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'its holder proves that it works': ['validate'],
      'it is shared already': ['share'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'busy.cancelling': table({
    answers: {
      checkout: 'decline',
      'driver.cancelled if isRetired': '→ busy.retiring',
      'driver.cancelled': '→ busy.leased',
      'driver.cancelFailed':
        '→ closing.lingering: noteCancelFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'release if isUnusable':
        '→ closing.lingering: takeBack, noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      'release if isRetired': '→ closing.graceful: takeBack, reportClosing, close',
      'release if isSpent': '→ closing.graceful: takeBack, noteSpent, reportClosing, close',
      'release if needsReset': '→ validating.return.staying: takeBack, reset',
      'release if asksForWanted': '→ lending: noteReturned, takeBack, takeNext, ask',
      'release if isWanted': '→ busy.leased: takeBack, takeNext, lend, noteLeased',
      release: '→ idle: noteReturned, takeBack, park',
      retire: 'noteReason',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
      'after resetTimeout':
        '→ closing.lingering: noteCancelTimeout, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'its holder proves that it works': ['validate'],
      'one caller holds it': ['share'],
      'that is being done': ['abort'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'busy.retiring': table({
    answers: {
      checkout: 'decline',
      abort: '→ busy.cancelling: cancel',
      'release if isUnusable':
        '→ closing.lingering: takeBack, noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      release: '→ closing.graceful: takeBack, reportClosing, close',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'its holder proves that it works': ['validate'],
      'it is going anyway': ['share', 'retire'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.checkout': table({
    answers: {
      checkout: 'decline',
      retire: '→ closing.lingering: noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.validated': '→ idle: noteProven, takeNext, park',
      'driver.invalid':
        '→ closing.lingering: noteValidationFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
      'after validateTimeout':
        '→ closing.lingering: noteValidationTimeout, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.keepalive': table({
    answers: {
      checkout: 'decline',
      retire: '→ closing.lingering: noteReason, destroySocket, revoke, decline, dropRequest, reportClosing',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.validated': '→ idle: noteProven, takeNext, park',
      'driver.invalid':
        '→ closing.lingering: noteValidationFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
      'after validateTimeout':
        '→ closing.lingering: noteValidationTimeout, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.return.staying': table({
    answers: {
      checkout: 'decline',
      retire: '→ validating.return.leaving: noteReason',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.resetDone if isOwedProof': '→ validating.checkout: noteReset, takeNext, validate',
      'driver.resetDone': '→ idle: noteReset, takeNext, park',
      'driver.resetFailed':
        '→ closing.lingering: noteResetFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.cancelFailed':
        '→ closing.lingering: noteCancelFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
      'after resetTimeout':
        '→ closing.lingering: noteResetTimeout, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.validated',
        'driver.invalid',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'validating.return.leaving': table({
    answers: {
      checkout: 'decline',
      destroy:
        '→ closing.lingering: noteDestroyed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.resetDone': '→ closing.graceful: reportClosing, close',
      'driver.resetFailed':
        '→ closing.lingering: noteResetFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.cancelFailed':
        '→ closing.lingering: noteCancelFailed, destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.lost':
        '→ closing.lingering: noteLost, destroySocket, revoke, decline, dropRequest, reportClosing',
      'after resetTimeout':
        '→ closing.lingering: noteResetTimeout, destroySocket, revoke, decline, dropRequest, reportClosing',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is being validated, or made clean, as it is': ['validate'],
      'it is going anyway': ['retire'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.validated',
        'driver.invalid',
        'driver.gone',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  'closing.graceful': table({
    answers: {
      checkout: 'decline',
      destroy: '→ closing.lingering: destroySocket, revoke, decline, dropRequest, reportClosing',
      'driver.closed': '→ closed',
      'driver.closeFailed': '→ closed: cutSocket',
      'after closeTimeout': '→ closed: cutSocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is going anyway': ['validate', 'retire', 'driver.lost'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.gone',
      ],
    },
  }),
  'closing.lingering': table({
    answers: {
      checkout: 'decline',
      'driver.gone': '→ closed',
      'after closeTimeout': '→ closed: cutSocket',
    },
    ignores: {
      'nobody holds it; leases are fenced, so this cannot be a holder’s': ['share', 'abort', 'release'],
      'it is going anyway': ['validate', 'retire', 'destroy', 'driver.lost'],
      'it was opened before; that is answered once': ['driver.connected', 'driver.connectFailed'],
      'onLend was not asked': ['lend.accepted', 'lend.refused', 'lend.failed'],
      'that was not asked of the driver here': [
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.validated',
        'driver.invalid',
        'driver.resetDone',
        'driver.resetFailed',
        'driver.closed',
        'driver.closeFailed',
      ],
    },
  }),
  closed: table({
    answers: {},
    ignores: {
      'its actor has ended': [
        'checkout',
        'share',
        'abort',
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
        'driver.cancelled',
        'driver.cancelFailed',
        'driver.gone',
        'driver.lost',
        'driver.closed',
        'driver.closeFailed',
        'lend.accepted',
        'lend.refused',
        'lend.failed',
      ],
    },
  }),
}

let asked: ReturnType<typeof answersOf> | undefined
/** Asked by the tests and not before them: a machine that cannot be asked fails each of them. */
const answers = () => {
  asked ??= answersOf(connectionMachine, { policy, facts: { uses: 0 }, queue: { length: 0 } }, events)
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
