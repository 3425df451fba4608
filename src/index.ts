// statepool: the exports of the core. Drivers and other optional features are subpaths of their own.
export {
  type GroupedPool,
  PoolGroup,
  type PoolGroupOptions,
  type PoolGroupStats,
  poolGroup,
} from './actors/budget/group.js'
export type { LaneStats } from './actors/callers/lanes.js'
export type { AdaptiveStats } from './actors/connections/adaptive-size.js'
export { createPool, poolOf } from './actors/create-pool.js'
export { Lease } from './actors/leases/lease.js'
export type { TransactionOptions } from './actors/leases/transaction-options.js'
export { Pool } from './actors/pool.js'
export { type PoolLogic, poolLogic } from './actors/pool-logic.js'
export type { PoolActorRef, PoolSnapshot } from './actors/pool-ref.js'
export type { Counters } from './actors/watching/counters.js'
export type { FindingKind } from './actors/watching/diagnosis.js'
export type { DurationStats, Durations } from './actors/watching/durations.js'
export type {
  AcquireRefusal,
  NoticeOf,
  PoolEmitted,
  PoolNotice,
  PoolState,
} from './actors/watching/events.js'
export type { HealthOptions, PoolHealth } from './actors/watching/health.js'
export type { HeldLease, WaitingCaller } from './actors/watching/holders-and-waiters.js'
export type { PoolStats } from './actors/watching/stats.js'
export type { PoolTransition } from './actors/watching/transitions.js'
export type { AdaptiveOptions } from './core/adaptive-options.js'
export type {
  Allotment,
  Budget,
  BudgetAbsence,
  BudgetEvidence,
  BudgetHolder,
  BudgetMember,
} from './core/budget.js'
export type { AcquireOptions, CloseOptions, QueryOptions } from './core/call-options.js'
export { type Clock, systemClock } from './core/clock.js'
export {
  AcquireAbortedError,
  AcquireTimeoutError,
  type AnyPoolError,
  ConnectError,
  DatabaseDownError,
  isPoolError,
  LeaseError,
  LendError,
  NoHostError,
  OptionsError,
  OverloadedError,
  PoolClosedError,
  PoolError,
  type PoolErrorCode,
  PoolPausedError,
  QueryAbortedError,
  QueryTimeoutError,
  QueueFullError,
  SelfDeadlockError,
  ValidationError,
} from './core/errors.js'
export type {
  AcquireEvidence,
  AcquireObstacle,
  HostEvidence,
  LaneEvidence,
  LeaseHolder,
  OverloadEvidence,
  RefusalEvidence,
} from './core/evidence.js'
export type {
  CloseHookContext,
  ConnectHookContext,
  HookContext,
  LeaseEnd,
  LendHookContext,
  PoolHooks,
  ReturnHookContext,
} from './core/hooks.js'
export type { LaneOptions } from './core/lane-options.js'
export type { SizeOptions } from './core/live-options.js'
export type { PoolOptions } from './core/options.js'
export type { ShareOptions } from './core/share-options.js'
export type { ShedOptions } from './core/shed-options.js'
export type {
  BeginOptions,
  ConnectContext,
  DestroyOptions,
  Driver,
  Host,
  HostRole,
  HostTarget,
  IsolationLevel,
  ResetContext,
  RoundTripContext,
  SharingSupport,
  TransactionSupport,
} from './db/driver.js'
export type { EndReason } from './machines/connection-types.js'
export type { HostState, HostStats } from './machines/host-types.js'
