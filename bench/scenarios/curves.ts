// Three curves for people, each side by side with the peers: throughput against callers, latency against load, cost against the size of the pool.

import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { createStreams } from '../../src/db/simulated/random.js'
import { type StubConnection, StubDatabase } from '../loan.js'
import { calibrate, timeBatches } from '../measure.js'
import type { BenchPool, Peer } from '../peer.js'
import { everybody, type Metric, type Plan, type Reading, type Scenario } from '../scenario.js'
import { tasksOn } from '../tasks.js'

const connections = 10

/** So many acquires make a batch, at least. */
const least = 5_000

export const curveOfCallers = curve({
  name: 'curve-callers',
  title: `throughput against callers: ${connections} connections, each held for one tick`,
  axis: 'callers at the same time',
  points: [1, 10, 100, 1_000, 10_000],
  metric: { unit: 'acquires a second of CPU', better: 'higher' },
  async measure(peer, callers, { roundTime }) {
    const perTask = Math.ceil(least / callers)
    const batch = await tasksOn(peer, { connections, tasks: callers, perTask })
    const count = await calibrate(batch, roundTime / 2)
    return async () => 1e9 / (await timeBatches(batch, count))
  },
})

export const curveOfSize = curve({
  name: 'curve-size',
  title: 'cost against the size of the pool: as many tasks as connections, each held for one tick',
  axis: 'connections',
  points: [1, 10, 100, 1_000],
  metric: { unit: 'ns of CPU for an acquire and a release', better: 'lower' },
  async measure(peer, size, { roundTime }) {
    const perTask = Math.ceil(least / size)
    const batch = await tasksOn(peer, { connections: size, tasks: size, perTask })
    const count = await calibrate(batch, roundTime / 2)
    return () => timeBatches(batch, count)
  },
})

/** What a caller holds a connection for, in milliseconds. */
const holdTime = 5

export const curveOfLoad = curve({
  name: 'curve-load',
  title: `latency against load: ${connections} connections, each held for ${holdTime} ms; callers come at random, whatever waits`,
  axis: 'load, as a part of what the connections can do (%)',
  scale: 'value',
  points: [50, 70, 80, 90, 95, 100],
  metric: { unit: 'ms that 99 of 100 callers wait at most', better: 'lower' },
  async measure(peer, load, { roundTime }) {
    const pool = await peer.open(new StubDatabase(), { min: connections, max: connections })
    return () => waitAt(pool, load / 100, 5 * roundTime)
  },
})

/** An open load: callers come by a Poisson process that is the same for all peers, and hold for as long by their own clock. */
async function waitAt(pool: BenchPool<StubConnection>, load: number, time: number): Promise<number> {
  const perMillisecond = (load * connections) / holdTime
  const random = createStreams(1)
  const waits: number[] = []
  const callers: Promise<void>[] = []
  const caller = async () => {
    const asked = performance.now()
    const held = await pool.acquire()
    waits.push(performance.now() - asked)
    await hold()
    pool.release(held)
  }
  const start = performance.now()
  for (let next = 0; next < time; next += -Math.log(1 - random('arrivals')) / perMillisecond) {
    while (performance.now() - start < next) await turn()
    callers.push(caller())
  }
  await Promise.all(callers)
  waits.sort((a, b) => a - b)
  return waits[Math.ceil(waits.length * 0.99) - 1] ?? 0
}

/** Timers are only about as long as they were asked for, and so they are only slept through in part. */
async function hold(): Promise<void> {
  const end = performance.now() + holdTime
  await pause(holdTime - 2)
  while (performance.now() < end) await turn()
}

interface Curve {
  readonly name: string
  readonly title: string
  readonly axis: string
  readonly scale?: 'log' | 'value'
  readonly points: readonly number[]
  readonly metric: Omit<Metric, 'title'>
  measure(peer: Peer, at: number, plan: Plan): Promise<() => Promise<number>>
}

function curve({ name, title, axis, scale = 'log', points, metric, measure }: Curve): Scenario {
  const named = (at: number) => `${name}-${at}`
  return {
    name,
    title,
    metrics: Object.fromEntries(
      points.map(at => [named(at), { ...metric, title: `${at.toLocaleString('en-US')} ${axis}` }]),
    ),
    curve: { axis, scale, points },
    contestants: (peers, { quick }) =>
      everybody(peers).filter(peer => peer !== 'statepool (interpreted)' && !(quick && peer === 'limit')),
    async prepare(peer, plan) {
      const measured: [at: number, measure: () => Promise<number>][] = []
      for (const at of points) measured.push([at, await measure(peer, at, plan)])
      return async () => {
        const readings: Reading[] = []
        for (const [at, value] of measured) readings.push({ metric: named(at), value: await value() })
        return readings
      }
    },
  }
}
