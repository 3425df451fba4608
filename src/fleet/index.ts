// statepool/fleet: one budget of connections for the pools of many processes.
export { Fleet, type FleetOptions, fleet } from './fleet.js'
