// A pool over simulated servers, a primary and its standbys, on a simulated clock.

import {
  type SimulatedConnection,
  type SimulatedDatabase,
  type SimulatedOptions,
  simulated,
} from '../../src/db/simulated/index.js'
import { createHostPool, type HostPool, type HostPoolOptions } from '../../src/hosts/index.js'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.js'

export interface HostsInSimulatedTime {
  readonly pool: HostPool<SimulatedConnection>
  readonly clock: SimulatedClock
  /** By the order of the hosts, which are called a, b, c, …: the first one is the primary at first. */
  readonly servers: readonly SimulatedDatabase[]
  /** The name of the host that a connection is to. */
  hostOf(connection: SimulatedConnection): string
  /** What is known of each host: `{ a: 'primary', b: 'standby' }`. */
  states(): Record<string, string>
}

/** Without chance, as `poolInSimulatedTime` has it: connects take 100 ms, everything else 10 ms. One connection for each host is kept open, and none is validated before it is leased. */
export function hostsInSimulatedTime(
  hosts: number | readonly string[],
  options: HostPoolOptions<SimulatedConnection> = {},
  settings: SimulatedOptions = {},
): HostsInSimulatedTime {
  const clock = createSimulatedClock()
  const names = typeof hosts === 'number' ? ['a', 'b', 'c', 'd', 'e'].slice(0, hosts) : hosts
  const drivers = names.map((_, index) =>
    simulated({ clock, unhealthyRate: 0, seed: index + 1, ...settings }),
  )
  for (const { database } of drivers.slice(1)) database.demote()
  const pool = createHostPool(
    { hosts: names.map((name, index) => ({ name, driver: drivers[index] as (typeof drivers)[0] })) },
    { clock, random: () => 0, min: 1, max: 2, validateAfter: false, ...options },
  )
  const servers = drivers.map(({ database }) => database)
  return {
    pool,
    clock,
    servers,
    hostOf: connection =>
      names[servers.findIndex(({ connections }) => connections.includes(connection))] ?? 'none',
    states: () => Object.fromEntries(pool.hosts().map(({ host, state }) => [host, state])),
  }
}
