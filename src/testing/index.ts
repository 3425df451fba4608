// statepool/testing: simulated time, simulations of whole pools and of code that uses them, models to test by, and the invariants as checks.
export { type Client, type ClientContext, isWeather } from './clients.js'
export type { Command, CommandName, Weights } from './commands.js'
export {
  type ContractCase,
  type DriverContract,
  type DriverContractOptions,
  driverContract,
} from './contract/driver-contract.js'
export type { DriverUnderTest, HungServer } from './contract/driver-under-test.js'
export { type ExploreReport, explore } from './explore.js'
export { SimulationFailure } from './failure.js'
export { checkInvariants, type Surroundings } from './invariants.js'
export type { ConnectionMemory } from './model/connection-memory.js'
export { connectionModel } from './model/connection-model.js'
export { answeredEvents, type Execution, type ModelPath, type PathOptions, pathsOf } from './model/paths.js'
export type { PoolFigures } from './model/pool-figures.js'
export { poolModel, poolModelSizes } from './model/pool-model.js'
export { leafName, leavesOf } from './model/state-names.js'
export { executionOf, walk } from './model/walk.js'
export type { HookName, WalkExecution, WalkedDriver, WalkOptions } from './model/walk-of.js'
export type { ExploreOptions, SimulateOptions } from './options.js'
export type { Random } from './random.js'
export type { SimulationReport } from './run.js'
export { simulate } from './simulate.js'
export { createSimulatedClock, type SimulatedClock, type SimulatedClockOptions } from './simulated-clock.js'
export type { Story } from './story.js'
export { formatTrace, type TraceEntry } from './trace.js'
export { type Invariant, InvariantViolation, invariants } from './violation.js'
