// Plays one scenario with one pool: a server and a proxy of its own, load, the fault, its end, and a look at what is left.

import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.js'
import { type Suspended, suspend } from '../support/postgres-server/suspend.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import type { Contender, PoolUnderTest } from './contender.js'
import { type CrashWatch, watchCrashes } from './crashes.js'
import { startLoad, type Work } from './load.js'
import { type Observer, observe } from './observer.js'
import { type Blow, kindOf, newsTakes, type Outcome, sortFailures } from './outcome.js'
import type { Scenario, Stage } from './scenario.js'
import { watchSockets } from './sockets.js'

/** Connections that the pool may have. */
export const max = 10
/** Workers that share them. */
export const workers = 20

/** A query that is not answered for this long has failed, as far as pg is concerned; in milliseconds. */
const queryTimeout = 1_000
const sizes = { min: max, max }
const times = { acquireTimeout: 10_000, connectTimeout: 1_000 }
const usualWork: Work = { sql: 'SELECT $1::int AS number, pg_sleep(0.02)', rest: 0 }

/** How long is waited for what should come at once, before it counts as never; in milliseconds. */
const patience = 60_000
/** A cancel request may be on its way for two seconds after its connection has gone. */
const settling = 3_000
/** How long the load goes on after everybody was served again: what comes late is seen. */
const aftermath = 300

/** How a scenario is played. */
export interface PlayOptions {
  /** Ends it before its time; what was started is ended all the same. */
  signal?: AbortSignal
  /** How many times as long things may take as on a quiet machine: the time limits of the pool and of pg, and news of the fault. Default 1. */
  slack?: number
}

/**
 * Plays a scenario.
 * @throws the signal's reason; Error when the scenario itself could not be played
 */
export async function play(
  scenario: Scenario,
  contender: Contender,
  { signal, slack = 1 }: PlayOptions = {},
): Promise<Outcome> {
  signal?.throwIfAborted()
  const undo: (() => Promise<unknown>)[] = []
  const playing = perform(scenario, contender, slack, undo)
  playing.catch(() => {}) // when it is interrupted, nobody waits for it any more
  let interrupt = (): void => {}
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => reject(signal?.reason)
    signal?.addEventListener('abort', interrupt)
  })
  try {
    return await Promise.race([playing, interrupted])
  } finally {
    signal?.removeEventListener('abort', interrupt)
    for (const step of undo.reverse()) await within(step().catch(() => {}))
  }
}

async function perform(
  scenario: Scenario,
  contender: Contender,
  slack: number,
  undo: (() => Promise<unknown>)[],
): Promise<Outcome> {
  const crashes = watchCrashes()
  undo.push(async () => crashes.stop())
  const before = resources()
  const server = await startPostgres(scenario.settings && { settings: scenario.settings })
  undo.push(() => server.stop())
  const proxy = await startFaultProxy(server)
  undo.push(() => proxy.close())
  const sockets = watchSockets()
  const role = { name: 'app', password: 'first' }
  const viaProxy = scenario.through === 'proxy'
  const observer = await observe(server, role.name, ({ port }) => {
    const link = viaProxy ? proxy.links.find(({ serverSidePort }) => serverSidePort === port) : undefined
    return sockets.isOpen(viaProxy ? (link?.clientPort ?? 0) : port)
  })
  undo.push(() => observer.stop())
  await observer.run(`CREATE ROLE ${role.name} LOGIN PASSWORD '${role.password}'`)
  const stage = setStage(server, proxy, observer, role, undo)
  await scenario.prepare?.(stage)

  const { host, port } = viaProxy ? proxy : server
  const pool = contender.open(
    {
      ...{ host, port, database: server.database, user: role.name, password: () => role.password },
      ...{ query_timeout: queryTimeout * slack, stream: sockets.stream },
    },
    {
      ...sizes,
      acquireTimeout: times.acquireTimeout * slack,
      connectTimeout: times.connectTimeout * slack,
    },
  )
  const closing = closeOnce(pool)
  undo.push(closing)
  const load = startLoad(pool, workers, { ...usualWork, ...scenario.work })
  undo.push(() => load.stop())
  const counting = watchTotal(pool)
  undo.push(async () => counting.stop())

  await load.recovery(patience)
  const deadline = performance.now() + 1_000 * slack
  while (pool.total() < max && performance.now() < deadline) await pause(5)

  const blows = await strike(scenario, stage)
  if (scenario.lasts !== undefined) await pause(scenario.lasts)
  await scenario.lift?.(stage)
  const recovery = await load.recovery(patience)
  const { refill: allowed } = scenario.bounds
  const refill =
    allowed === undefined
      ? undefined
      : await timeUntil(async () => (await observer.backends()).length >= max, allowed * slack)
  await pause(aftermath)

  await within(load.stop())
  await within(closing())
  const afterClose = await fallTo(0, settling * slack, async () => (await observer.backends()).length)
  counting.stop()
  await observer.stop()
  await proxy.close()
  await fallTo(0, settling * slack, async () => sockets.open + excess(before).length)
  return {
    scenario: scenario.name,
    pool: contender.name,
    served: load.served,
    ...sortFailures(load.failures, blows, newsTakes * slack),
    recovery,
    refill,
    longest: load.longest,
    backends: observer.most,
    serving: observer.mostServing,
    total: counting.most,
    afterClose,
    leftovers: [...Array.from({ length: sockets.open }, () => 'a socket of the pool'), ...excess(before)],
    crashes: describeCrashes(crashes),
    mistaken: load.mistaken,
  }
}

/** Waits for something, but not for ever. */
const within = (work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, pause(patience, undefined, { ref: false })])

async function strike(scenario: Scenario, stage: Stage): Promise<Blow[]> {
  const { times, apart } = scenario.again ?? { times: 1, apart: 0 }
  const blows: Blow[] = []
  for (let time = 0; time < times; time++) {
    if (time > 0) await pause(apart)
    const struck = performance.now()
    await scenario.strike(stage)
    for (let read = 0; read < 3; read++) await turn() // what has arrived on this side by now is read
    blows.push({ struck, tookEffect: performance.now() })
  }
  return blows
}

function setStage(
  server: PostgresServer,
  proxy: FaultProxy,
  observer: Observer,
  role: Stage['role'],
  undo: (() => Promise<unknown>)[],
): Stage {
  let suspended: Suspended[] = []
  const stage: Stage = {
    server,
    proxy,
    observer,
    role,
    async suspend(pids) {
      suspended.push(await suspend(pids))
    },
    async resume() {
      const all = suspended
      suspended = []
      await Promise.all(all.map(some => some.resume()))
    },
    atEnd: step => undo.push(step),
  }
  undo.push(stage.resume)
  return stage
}

function closeOnce(pool: PoolUnderTest): () => Promise<void> {
  let closing: Promise<void> | undefined
  return () => {
    closing ??= pool.close()
    return closing
  }
}

/** The most connections that the pool says it has, looked at often. */
function watchTotal(pool: PoolUnderTest): { readonly most: number; stop(): void } {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, pool.total())
  }, 2)
  return {
    get most() {
      return most
    },
    stop: () => clearInterval(timer),
  }
}

/** Waits a while for a count to come down, and answers what it came down to. */
async function fallTo(least: number, allowed: number, count: () => Promise<number>): Promise<number> {
  const deadline = performance.now() + allowed
  for (;;) {
    const left = await count()
    if (left <= least || performance.now() > deadline) return left
    await pause(10)
  }
}

/** How long something takes to come true, in milliseconds; undefined when it takes longer than is allowed. */
async function timeUntil(condition: () => Promise<boolean>, allowed: number): Promise<number | undefined> {
  const start = performance.now()
  while (!(await condition())) {
    if (performance.now() - start > allowed) return undefined
    await pause(10)
  }
  return performance.now() - start
}

/** What keeps this process alive, by kind: sockets and timers. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

function excess(before: ReadonlyMap<string, number>): string[] {
  return [...resources()]
    .filter(([kind]) => /^(TCP|TLS|Timeout)/.test(kind))
    .flatMap(([kind, count]) => {
      const more = count - (before.get(kind) ?? 0)
      return more > 0 ? [`${more} × ${kind}`] : []
    })
}

const describeCrashes = ({ crashes }: CrashWatch): string[] => crashes.map(kindOf)
