// One life of a pool in simulated time: it starts, lives through a story, recovers, serves every caller, and closes.

import { parseOptions } from '../core/options.js'
import { type SimulatedConnection, type SimulatedDatabase, simulated } from '../db/simulated/index.js'
import { createPool, type Pool } from '../index.js'
import { type Client, Clients } from './clients.js'
import { perform } from './commands.js'
import { Jobs } from './jobs.js'
import { createRandom } from './random.js'
import { aTurnOfTheLoop, promisesAtRest } from './rest.js'
import { isOpen, type Scene } from './scene.js'
import { createSimulatedClock, type SimulatedClock } from './simulated-clock.js'
import { Statements } from './statements.js'
import type { Story } from './story.js'
import { Trace, type TraceEntry } from './trace.js'
import { demand } from './violation.js'
import { PoolWatch } from './watch.js'
import { faults } from './world-commands.js'

/** The result of a simulation. */
export interface SimulationReport {
  readonly seed: number
  /** The number of checks: one for each timer, and one for each command of the story. */
  readonly events: number
  /** The duration in simulated time, in milliseconds. */
  readonly duration: number
  /** The number of acquires, by outcome. */
  readonly callers: number
  readonly acquired: number
  readonly timedOut: number
  readonly aborted: number
  readonly refused: number
  /** Connections opened, connects failed, and connections lost, over the whole life. */
  readonly opened: number
  readonly failedConnects: number
  readonly lost: number
  /** What happened, and when; empty unless `trace` is true. */
  readonly trace: readonly TraceEntry[]
}

/** What a run needs beside the story. */
export interface RunInput {
  readonly seed: number
  readonly clients: readonly Client[]
  readonly tolerate: (error: unknown) => boolean
  /** Whatever there is of it when a run fails is here. */
  readonly traced?: ((trace: Trace) => void) | undefined
  /** What makes the pool. Default: `createPool`. */
  readonly make?: typeof createPool | undefined
}

/** The settings with which each session begins; borrowers change them. */
const setUp = { role: 'app' }

const healthy = Object.fromEntries([...faults, 'queryFailureRate'].map(fault => [fault, 0]))

/** How long a recovered pool has to serve every caller, in milliseconds: four times the longest back-off. */
const patience = 120_000

/** Runs a story. @throws InvariantViolation */
export async function run(story: Story, input: RunInput): Promise<SimulationReport> {
  const life = new Life(story, input)
  await life.live()
  await life.recover()
  await life.close()
  return life.report()
}

class Life implements Scene {
  readonly clock: SimulatedClock
  readonly database: SimulatedDatabase
  readonly pool: Pool<SimulatedConnection>
  readonly watch: PoolWatch
  readonly trace: Trace
  readonly asking = new Set<AbortController>()
  readonly statements = new Statements()
  readonly jobs: Jobs
  readonly ended: Scene['ended'] = []
  #taken: readonly Scene['ended'][number][] = []
  readonly #story: Story
  readonly #seed: number
  readonly #clients: Clients
  readonly #depth: number | undefined
  #events = 0

  constructor(story: Story, { seed, clients, tolerate, traced, make = createPool }: RunInput) {
    const rest = clients.length === 0 ? promisesAtRest : aTurnOfTheLoop // who knows what they use
    this.clock = createSimulatedClock({
      rest: async () => {
        await rest()
        this.#check()
      },
    })
    this.#story = story
    this.#seed = seed
    this.trace = new Trace(traced !== undefined, () => this.clock.now())
    traced?.(this.trace)
    const chance = createRandom(seed, 'jitter')
    const options = { random: chance, ...story.pool, clock: this.clock }
    const driver = simulated({ seed, ...story.database, clock: this.clock, session: setUp })
    this.database = driver.database
    const parsed = parseOptions(options)
    this.#depth = parsed.share?.depth
    this.watch = new PoolWatch(parsed, this.clock, this.trace, createRandom(seed, 'driver'), setUp)
    this.pool = this.watch.attach(make(this.watch.driver(driver), options))
    this.jobs = new Jobs(
      this.clock,
      check => this.watch.attempt(check),
      options => this.watch.noteUncounted(options),
    )
    this.trace.follow(this.pool)
    this.#clients = new Clients(clients, this, seed, tolerate)
  }

  get taken(): Scene['taken'] {
    this.#taken = this.#taken.filter(({ held }) => held)
    return this.#taken
  }

  take(lease: Scene['taken'][number]): void {
    this.#taken = [...this.#taken, lease]
  }

  async live(): Promise<void> {
    this.watch.checkStructure()
    this.#clients.start()
    for (const command of this.#story.commands) {
      await perform(command, this)
      this.#events++
      this.watch.checkStructure()
    }
  }

  /** The database has recovered, and each holder releases its connection: every caller must be served. */
  async recover(): Promise<void> {
    this.trace.note(() => 'the story is over: the database has recovered, and holders release what they hold')
    this.database.change(healthy)
    await this.#letClientsEnd()
    if (this.#clients.count + this.statements.unanswered + this.jobs.unanswered > 0) this.database.stop() // restarted: who waits for an answer that never comes gets an error
    this.database.start()
    if (isOpen(this.pool)) this.pool.resume()
    const { callers } = this.watch
    const deadline = this.clock.now() + patience
    const isOver = () =>
      callers.waiting.size === 0 &&
      callers.held.length === 0 &&
      this.statements.unanswered === 0 &&
      this.jobs.unanswered === 0 &&
      this.#clients.areDone
    do {
      this.#releaseAll()
      await this.clock.advance(40)
    } while (this.clock.now() < deadline && !isOver())
    this.#clients.checkDone()
    demand(callers.waiting.size === 0, 'remains', () => {
      const stuck = [...callers.waiting].map(({ order }) => order)
      return `${stuck.length} callers wait forever (${stuck.join(', ')})`
    })
    const { unanswered } = this.statements
    demand(unanswered === 0, 'remains', () => `${unanswered} statements are never answered`)
    const jobs = this.jobs.unanswered
    demand(jobs === 0, 'remains', () => `${jobs} jobs never end`)
    this.#clients.checkGivenBack(callers.held)
    if (this.pool.stats().state === 'closed') return
    await this.clock.advance(500)
    const { state, total, min } = this.pool.stats()
    const ages = (this.#story.pool.maxLifetime ?? 0) < Number.POSITIVE_INFINITY
    demand(
      state !== 'running' || ages || total >= min,
      'remains',
      () => `there are ${total} connections of at least ${min}, though all is well`,
    )
  }

  /** What they did not give back is looked for before it is lost with the database's restart. */
  async #letClientsEnd(): Promise<void> {
    if (this.#clients.count === 0) return
    this.database.start()
    if (isOpen(this.pool)) this.pool.resume()
    const deadline = this.clock.now() + 1_000
    while (!this.#clients.areDone && this.clock.now() < deadline) await this.clock.advance(20)
    if (!this.#clients.areDone) return
    const { taken } = this
    this.#clients.checkGivenBack(this.watch.callers.held.filter(lease => !taken.includes(lease)))
  }

  async close(): Promise<void> {
    const { clock, database, pool, watch } = this
    this.#releaseAll() // a close that was asked for before may wait for them for ever
    const deadline = clock.now() + 60_000
    let closed = false
    void pool.close({ timeout: 0 }).then(() => {
      closed = true
    })
    while (!closed && clock.now() < deadline) await clock.advance(10)
    demand(closed, 'remains', () => `the pool is ${pool.stats().state}, a minute after it was closed`)
    const { state, total, waiting, busy } = pool.stats()
    demand(
      state === 'closed' && total === 0 && waiting === 0 && busy === 0 && watch.callers.waiting.size === 0,
      'remains',
      () =>
        `the closed pool is ${state}, has ${total} connections, ${busy} of them busy, and ${waiting} wait`,
    )
    demand(database.open === 0, 'remains', () => `${database.open} connections are left on the database`)
    demand(clock.pending === 0, 'remains', () => `${clock.pending} timers are left`)
  }

  report(): SimulationReport {
    const { acquired, timedOut, aborted, refused, opened, failedConnects, lost } = this.pool.stats()
    return {
      seed: this.#seed,
      events: this.#events,
      duration: this.clock.now(),
      callers: this.watch.callers.count,
      ...{ acquired, timedOut, aborted, refused },
      opened,
      failedConnects,
      lost,
      trace: this.trace.entries,
    }
  }

  #check(): void {
    this.#events++
    this.watch.check()
    this.jobs.check(this.database.settings)
    this.statements.check(this.database, this.#depth, this.watch.callers.held)
    this.#clients.check()
  }

  /** Clients give back what they took themselves. */
  #releaseAll(): void {
    for (const lease of this.taken) lease.release()
  }
}
