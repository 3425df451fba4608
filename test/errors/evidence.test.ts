// An error that is told what the pool looked like has all of it.

import { expect, test } from 'vitest'
import { AcquireTimeoutError, QueueFullError } from '../../src/core/errors.js'
import type { AcquireEvidence, RefusalEvidence } from '../../src/core/evidence.js'

const lastConnectError = new Error('refused')

const refusal: Required<RefusalEvidence> = {
  waiting: 3,
  total: 4,
  max: 5,
  limit: 15,
  paused: true,
  failedConnects: 6,
  lastConnectError,
  lane: { name: 'reports', max: 13, waiting: 14 },
}

const evidence: Required<AcquireEvidence> = {
  ...refusal,
  waited: 1,
  position: 2,
  firstPosition: 7,
  holders: [{ lease: 8, connection: 'connection-1', heldFor: 9, lane: 'reports' }],
  connecting: 10,
  connectingFor: 11,
  lastValidationError: new Error('unfit'),
  deadlocked: [12],
  budget: undefined,
}

test('an acquire that timed out', () => {
  expect({ ...new AcquireTimeoutError(100, evidence) }).toMatchObject(evidence)
})

test('a caller who was refused because the queue was full', () => {
  expect({ ...new QueueFullError(3, refusal) }).toMatchObject(refusal)
})
