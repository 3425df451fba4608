// statepool: the exports of the core. Drivers and other optional features are subpaths of their own.
export type { Counters } from './actors/counters.js'
export { createPool, poolOf } from './actors/create-pool.js'
export type { AcquireRefusal, NoticeOf, PoolEmitted, PoolNotice, PoolState } from './actors/events.js'
export type { HeldLease, WaitingCaller } from './actors/holders-and-waiters.js'
export { Lease } from './actors/lease.js'
export { Pool } from './actors/pool.js'
export type { PoolActorRef } from './actors/pool-actor.js'
export { type PoolLogic, type PoolSnapshot, poolLogic } from './actors/pool-logic.js'
export type { PoolStats } from './actors/stats.js'
export type { TransactionOptions } from './actors/transaction-options.js'
export type { PoolTransition } from './actors/transitions.js'
export { type Clock, systemClock } from './clock.js'
export type {
  BeginOptions,
  ConnectContext,
  Driver,
  IsolationLevel,
  RoundTripContext,
  TransactionSupport,
} from './db/driver.js'
export {
  AcquireAbortedError,
  type AcquireEvidence,
  type AcquireObstacle,
  AcquireTimeoutError,
  type AnyPoolError,
  ConnectError,
  DatabaseDownError,
  isPoolError,
  LeaseError,
  type LeaseHolder,
  OptionsError,
  PoolClosedError,
  PoolError,
  type PoolErrorCode,
  PoolPausedError,
  QueueFullError,
  type RefusalEvidence,
  SelfDeadlockError,
  ValidationError,
} from './errors.js'
export type { EndReason } from './machines/connection-types.js'
export type { AcquireOptions, CloseOptions, PoolOptions } from './options.js'
