// statepool/machines: the statecharts themselves, for apps, visualizers and model-based tests.
export { compiled } from './compiled/index.js'
export { connectionMachine } from './connection.js'
export type {
  ConnectionContext,
  ConnectionEnding,
  ConnectionEvent,
  ConnectionFacts,
  ConnectionInput,
  ConnectionPolicy,
  ConnectionReport,
  EndReason,
  OpenQueue,
  Request,
  ReturnedSession,
} from './connection-types.js'
export type { HostBalance } from './decisions/hosts.js'
export type { Held, Measured, SizePolicy, SizeRange } from './decisions/knee.js'
export type { QueueDelay, ShedPolicy } from './decisions/overload.js'
export { fleetMemberMachine } from './fleet-member.js'
export type {
  FleetMemberContext,
  FleetMemberEvent,
  FleetMemberInput,
  FleetPool,
} from './fleet-member-types.js'
export { hostMachine } from './host.js'
export type {
  HostContext,
  HostEvent,
  HostInput,
  HostRole,
  HostState,
  HostStats,
  HostTarget,
  Seekers,
} from './host-types.js'
export { poolMachine } from './pool.js'
export type {
  BudgetAbsence,
  BudgetView,
  PoolContext,
  PoolEvent,
  PoolInput,
  PoolSize,
  Queue,
  Roster,
  World,
} from './pool-types.js'
export { sizeFinderMachine } from './size-finder.js'
export type {
  SizeFinderContext,
  SizeFinderEvent,
  SizeFinderInput,
  SizeSample,
} from './size-finder-types.js'
