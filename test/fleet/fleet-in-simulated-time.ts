// Pools of one fleet on one simulated clock, each on a simulated database of its own, as if each were a process; their ledger is in memory, and can be cut off.

import { type SimulatedConnection, type SimulatedDatabase, simulated } from '../../src/db/simulated/index.js'
import { type FleetEngine, fleet, memoryEngine } from '../../src/fleet/index.js'
import { createPool, type Pool, type PoolOptions } from '../../src/index.js'
import { busyCaller } from '../support/busy-caller.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

export const ttl = 5_000

export interface Member {
  readonly pool: Pool<SimulatedConnection>
  /** What the pool's database counts. */
  readonly open: number
  /** Whether the ledger does not hear of it, nor it of the ledger. */
  isCutOff: boolean
  /** Reports that it has sent. */
  readonly reports: number
  readonly database: SimulatedDatabase
}

export interface FleetInSimulatedTime {
  readonly floor?: number
  /** How long a report takes to the ledger, and its answer back. */
  readonly latency?: number
  readonly ttl?: number
  readonly clock?: SimulatedClock
  /** Makes each process's engine. Default: one in memory, for all. */
  readonly engineOf?: () => FleetEngine
}

export function fleetInSimulatedTime(
  connections: number,
  {
    floor = 1,
    latency = 2,
    ttl: timeToLive = ttl,
    clock = createSimulatedClock(),
    engineOf,
  }: FleetInSimulatedTime = {},
) {
  const memory = memoryEngine({ clock })
  const members: Member[] = []
  const pause = (time: number): Promise<void> => new Promise(resolve => void clock.setTimeout(resolve, time))
  return {
    clock,
    memory,
    members,
    get open() {
      return members.reduce((sum, { open }) => sum + open, 0)
    },
    /** One more process with a pool. */
    add(options: PoolOptions<SimulatedConnection> = {}): Member {
      const driver = simulated({ clock, unhealthyRate: 0, connectLatency: 20, seed: members.length })
      let reports = 0
      const ledger = engineOf?.() ?? memory
      const engine: FleetEngine = {
        name: 'memory',
        async exchange(name, report) {
          reports++
          await pause(latency)
          if (member.isCutOff) throw new Error('cut off')
          const answer = await ledger.exchange(name, report)
          await pause(latency)
          return answer
        },
      }
      const own = fleet({ name: 'any', connections, engine, ttl: timeToLive, floor })
      const pool = createPool(driver, {
        ...{ clock, max: connections, fleet: own, name: `p${members.length}` },
        random: () => 0.5,
        ...options,
      })
      const member = {
        pool,
        database: driver.database,
        isCutOff: false,
        get open() {
          return driver.database.open
        },
        get reports() {
          return reports
        },
      }
      members.push(member)
      return member
    },
    /** Callers who acquire again and again, and hold each lease for a while. */
    busy(member: Member, callers: number, holdFor = 20) {
      const all = Array.from({ length: callers }, () => busyCaller(member, clock, holdFor))
      return {
        get served() {
          return all.reduce((sum, { served }) => sum + served, 0)
        },
        stop: () => {
          for (const one of all) one.stop()
        },
      }
    },
    /** Passes the time to live of a new ledger, in which it grants little. */
    grow: () => clock.advance(2 * timeToLive),
    async closeAll() {
      const closed = Promise.all(members.map(({ pool }) => pool.close({ timeout: 0 })))
      await clock.advance(20_000)
      await closed
    },
  }
}
