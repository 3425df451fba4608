// The simulated clock of the product (statepool/testing), under the name that this project's tests know it by.

export { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js'
