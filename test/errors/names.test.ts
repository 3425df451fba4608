// An error's name is a plain property, as on Node's own errors: tools read it, bundlers keep it, and anybody may set it.

import { expect, it } from 'vitest'
import * as statepool from '../../src/index.js'
import {
  AcquireAbortedError,
  AcquireTimeoutError,
  ConnectError,
  DatabaseDownError,
  LeaseError,
  LendError,
  NoHostError,
  OptionsError,
  OverloadedError,
  PoolClosedError,
  PoolError,
  PoolPausedError,
  QueryAbortedError,
  QueryTimeoutError,
  QueueFullError,
  SelfDeadlockError,
  ValidationError,
} from '../../src/index.js'

const evidence = {
  waited: 5,
  position: 1,
  waiting: 1,
  total: 0,
  max: 1,
  holders: [],
  connecting: 0,
  failedConnects: 0,
  lastConnectError: undefined,
  firstPosition: 1,
  connectingFor: 0,
  lastValidationError: undefined,
  paused: false,
  deadlocked: [],
}

const errors: Record<string, PoolError> = {
  PoolError: new (class extends PoolError {})('POOL_CLOSED', 'closed'),
  AcquireAbortedError: new AcquireAbortedError('enough', 5),
  AcquireTimeoutError: new AcquireTimeoutError(5, evidence),
  ConnectError: new ConnectError('CONNECT_FAILED', 'nowhere', 'refused'),
  DatabaseDownError: new DatabaseDownError(1, new Error('refused')),
  LeaseError: new LeaseError('LEASE_RELEASED', 1, 'released'),
  LendError: new LendError('connection-1', 2, new Error('no such tenant')),
  NoHostError: new NoHostError('primary', 5, []),
  OptionsError: new OptionsError('max', 0, 'max'),
  PoolClosedError: new PoolClosedError('closed.'),
  PoolPausedError: new PoolPausedError(),
  QueryAbortedError: new QueryAbortedError('enough', 5),
  QueryTimeoutError: new QueryTimeoutError(5),
  SelfDeadlockError: new SelfDeadlockError([1], 1),
  OverloadedError: new OverloadedError({
    waited: 50,
    target: 50,
    delay: 60,
    overloadedFor: 1_000,
    waiting: 2,
    total: 1,
    max: 1,
  }),
  QueueFullError: new QueueFullError(1, evidence),
  ValidationError: new ValidationError('RESET_FAILED', 'connection-1', 'it failed'),
}

it('covers every error that is exported', () => {
  const exported = Object.keys(statepool).filter(name => /^[A-Z].*Error$/.test(name))
  expect(Object.keys(errors).sort()).toEqual(exported.sort())
})

it.each(Object.entries(errors))('%s', (name, error) => {
  expect(error.name).toBe(name)
  expect(String(error)).toContain(`${name}: `)
  expect(error.stack).toContain(`${name}: `)
  expect(Object.keys(error)).not.toContain('name')
})

it.each(Object.entries(errors))(
  '%s keeps its name when its class was renamed by a bundler',
  (name, error) => {
    Object.defineProperty(error.constructor, 'name', { value: 'a', configurable: true })
    expect(error.name).toBe(name)
    Object.defineProperty(error.constructor, 'name', { value: name, configurable: true })
  },
)

it.each(Object.keys(errors))('%s may be given another name, on one error alone', name => {
  const error = errors[name] as PoolError
  const other = Object.create(Object.getPrototypeOf(error)) as PoolError
  other.name = 'CheckoutError'
  expect(other.name).toBe('CheckoutError')
  expect(error.name).toBe(name)
})
