// A run of `npm run fleet`: a server, many processes that share its connections, and what happens to them. Nothing here prints.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pg from 'pg'
import { startPostgres } from '../support/postgres-server.js'
import { type Member, Processes } from './processes.js'

/** What is to be run. */
export interface Plan {
  readonly processes: number
  readonly connections: number
  /** Callers in each process. */
  readonly callers: number
  /** For how long each of them pauses at most before it asks again, in milliseconds. */
  readonly pause: number
  /** How long each part lasts at least, in seconds. */
  readonly seconds: number
  /** Where the Redis or the NATS is that keeps the budget (`redis://…`, `nats://…`); undefined = PostgreSQL keeps it. */
  readonly keeper: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** How the run is, for a table that is redrawn. */
export interface View {
  readonly part: string
  /** How far the part has got, from 0 to 1. */
  readonly progress: number
  readonly members: readonly Member[]
  /** Sessions that the server has now, and at most since the beginning. */
  readonly sessions: number
  readonly most: number
  /** The most that it may have: see docs/guides/fleet.md. */
  readonly bound: number
  readonly served: number
  readonly failed: number
  readonly tooMany: number
  readonly lastError: string
}

/** What came of it. */
export interface Verdict extends Omit<View, 'part' | 'progress' | 'members'> {
  /** After how long the server had none of the sessions of those that were killed, in milliseconds. */
  readonly freedAfter: number
  /** Processes that lived, all in all. */
  readonly lived: number
  /** What went wrong, in words; none = all is well. */
  readonly complaints: readonly string[]
}

/** How many processes start at the same time, at most: a start takes a core for a while. */
const atOnce = Math.max(4, 2 * availableParallelism())

/** Runs the plan. `show` is called some times a second. */
export async function runFleet(plan: Plan, show: (view: View) => void): Promise<Verdict> {
  const { processes: count, connections, seconds, keeper, signal } = plan
  const folder = await mkdtemp(join(tmpdir(), 'statepool-fleet-'))
  // Beside the connections: one for each process that lives while a new one is deployed, the observer, and some to spare.
  const server = await startPostgres({ settings: { max_connections: connections + 2 * count + 20 } })
  const name = `fleet_${process.pid}_${Date.now()}`
  const observer = new pg.Client({ connectionString: server.connectionString, application_name: 'observer' })
  const processes = new Processes(await bundleInto(folder), {
    ...{ connectionString: server.connectionString, name, connections },
    ...{ callers: plan.callers, pause: plan.pause, keeper },
  })
  let part = 'starting'
  let progress = 0
  let sessions = 0
  let most = 0
  let lived = 0
  let mostAlive = 0
  let watching = true
  // With PostgreSQL as the keeper a session exists before it has its slot: one more for each process. A killed one's is not gone at the same instant.
  const boundOf = (): number => connections + (keeper === undefined ? mostAlive : 0)
  const view = (): View => ({
    ...{ part, progress, sessions, most, bound: boundOf(), ...processes.sums },
    ...{ members: processes.alive, lastError: processes.lastError },
  })
  const start = (revision: number): Member => {
    lived++
    const member = processes.start(revision)
    mostAlive = Math.max(mostAlive, processes.alive.length)
    return member
  }
  const step = async (what: string, until: () => number, atLeast = 0): Promise<void> => {
    part = what
    const began = performance.now()
    do {
      signal?.throwIfAborted()
      if (processes.crash !== undefined) throw new Error(processes.crash)
      const passed = atLeast === 0 ? 1 : (performance.now() - began) / (1_000 * atLeast)
      progress = Math.min(passed, until())
      show(view())
      await pause(100)
    } while (progress < 1)
  }
  const sessionsOf = async (applications: readonly string[]): Promise<number> => {
    const { rows } = await observer.query(
      'SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = ANY ($1)',
      [applications],
    )
    return rows[0].open
  }
  const haveServed =
    (members: readonly Member[], before = new Map<Member, number>()) =>
    (): number =>
      members.filter(member => member.ended || (member.told?.served ?? 0) > (before.get(member) ?? 0))
        .length / Math.max(1, members.length)
  /** Processes that have told nothing yet: Node is still starting. */
  const silent = (): number => processes.alive.filter(({ told }) => told === undefined).length
  const servedSoFar = (): Map<Member, number> =>
    new Map(processes.alive.map(member => [member, member.told?.served ?? 0]))
  try {
    await observer.connect()
    await makePasswordsCheap(observer, server.password)
    const watch = (async () => {
      while (watching) {
        const { rows } = await observer.query(
          "SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name LIKE $1 || ':%'",
          [name],
        )
        sessions = rows[0].open
        most = Math.max(most, sessions)
        await pause(25)
      }
    })()
    watch.catch(() => {})
    for (let started = 0; started < count; ) {
      // A few at a time: what is shown is a fleet, and not how long Node takes to start.
      for (let free = atOnce - silent(); free > 0 && started < count; free--, started++) start(1)
      await step(`starting ${count} processes`, () => (silent() < atOnce ? 1 : started / count))
    }
    await step(`all ${count} have been served`, haveServed(processes.alive))
    await step('under load', haveServed(processes.alive, servedSoFar()), seconds)
    const victims = processes.alive.slice(0, Math.max(1, Math.round(count / 10)))
    const applications = victims.map(({ application }) => application)
    const killedAt = performance.now()
    for (const victim of victims) processes.kill(victim)
    while ((await sessionsOf(applications)) > 0) await pause(10)
    const freedAfter = performance.now() - killedAt
    await step(
      `kill -9 of ${victims.length}`,
      () => victims.filter(({ ended }) => ended).length / victims.length,
    )
    for (const _ of victims) {
      start(1)
      await step('killed ones are replaced, all are served', () => (silent() < atOnce ? 1 : 0))
    }
    await step(
      'killed ones are replaced, all are served',
      haveServed(processes.alive, servedSoFar()),
      seconds,
    )
    const old = processes.alive
    const surge = Math.min(atOnce, Math.max(1, Math.round(count / 20)))
    for (let done = 0; done < old.length; done += surge) {
      const leaving = old.slice(done, done + surge)
      const fresh = leaving.map(() => start(2))
      await step('rolling restart', () =>
        Math.max(done / old.length, fresh.every(({ told }) => told !== undefined) ? 1 : 0),
      )
      await Promise.all(leaving.map(member => processes.stop(member)))
    }
    await step('after it, all are served', haveServed(processes.alive, servedSoFar()), seconds)
    watching = false
    await watch
    const { members: _members, part: _part, progress: _progress, ...figures } = view()
    return { ...figures, freedAfter, lived, complaints: complaintsOf(figures) }
  } finally {
    watching = false
    await processes.end()
    await observer.end().catch(() => {})
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

function complaintsOf({
  most,
  bound,
  failed,
  tooMany,
  lastError,
}: Omit<Verdict, 'lived' | 'freedAfter' | 'complaints'>): string[] {
  const complaints: string[] = []
  if (most > bound) complaints.push(`the server had ${most} sessions, and ${bound} is the bound`)
  if (tooMany > 0) complaints.push(`${tooMany} callers failed with 53300`)
  if (failed > 0) complaints.push(`${failed} callers failed; the last one with: ${lastError}`)
  return complaints
}

/** Pools that wait connect about once a second each: with PostgreSQL's 4,096 rounds of hashing for each, the run would mostly measure those. */
async function makePasswordsCheap(superuser: pg.Client, password: string): Promise<void> {
  await superuser.query('SET scram_iterations = 1')
  await superuser.query(`ALTER ROLE CURRENT_USER PASSWORD ${superuser.escapeLiteral(password)}`)
}

async function bundleInto(folder: string): Promise<string> {
  const root = fileURLToPath(new URL('..', import.meta.url))
  await build({
    ...{ absWorkingDir: root, entryPoints: ['fleet/process.ts'], outdir: folder, bundle: true },
    ...{ platform: 'node', splitting: true, outExtension: { '.js': '.mjs' }, format: 'esm' },
    ...{ target: 'node20', keepNames: true, logLevel: 'warning' },
    // Libraries that are CommonJS ask for Node's modules by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    external: ['pg-native'],
  })
  return join(folder, 'process.mjs')
}
