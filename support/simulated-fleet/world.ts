// A whole fleet in simulated time: many processes with a pool each, the ledger that they share, and all that can come between them. What the database
// counts is checked after every event.
import { type SimulatedConnection, type SimulatedDatabase, simulated } from '../../src/db/simulated/index.js'
import { type Answer, type FleetEngine, fleet, memoryEngine, type Report } from '../../src/fleet/index.js'
import { createPool, type Driver, type Pool } from '../../src/index.js'
import { createRandom, type Random } from '../../src/testing/random.js'
import { promisesAtRest } from '../../src/testing/rest.js'
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js'
import { LocalClock } from './local-clock.js'

/** What a fleet is to live through. */
export interface Story {
  readonly seed: number
  /** Processes at the beginning. */
  readonly processes: number
  readonly connections: number
  /** How long faults come, in simulated seconds; then all is left in peace for 30 s. */
  readonly seconds: number
  /** Faults a second. */
  readonly faults: number
  readonly ttl?: number
  readonly floor?: number
  /** Called once in a simulated second. */
  readonly onSecond?: (second: number) => void
}

/** What came of it. */
export interface Told {
  readonly events: number
  readonly served: number
  readonly reports: number
  /** How often each fault came. */
  readonly faults: Readonly<Record<string, number>>
  /** The most connections that the database had. */
  readonly most: number
  /** By how much that was more than the budget, at most; explained by the bound, or the story is broken. */
  readonly over: number
  /** The largest difference in connections between two processes whose callers all wait, in the end. */
  readonly unfair: number
  /** The first thing that broke; undefined = nothing did. */
  readonly broken: string | undefined
}

class Process {
  readonly clock: LocalClock
  readonly pool: Pool<SimulatedConnection>
  readonly #database: SimulatedDatabase
  /** Connects that were sent and sessions that have not ended, as far as its driver has heard: never fewer than the database has. */
  heard = 0
  id = ''
  /** The number of the latest report that has reached the ledger: earlier ones that come later count for nothing. */
  lastReport = 0
  /** When that was. */
  heardAt = Number.NEGATIVE_INFINITY
  /** Until when nothing that it sends arrives. */
  cutOffUntil = 0
  callers = 0
  stopped = false
  gone = false

  constructor(world: World, place: number) {
    const { random, clock, story } = world
    this.clock = new LocalClock(clock, random.int(0, 1_000_000), 0.99 + 0.02 * random())
    const driver = simulated({
      ...{ clock: this.clock, seed: place, unhealthyRate: 0, connectLatency: [5, 30], queryLatency: 1 },
    })
    this.#database = driver.database
    const engine: FleetEngine = {
      name: 'the simulated engine',
      exchange: (name, report) => world.exchange(this, name, report),
    }
    const { connections, ttl = 5_000, floor = 1 } = story
    this.pool = createPool(this.#counted(driver, world), {
      name: `p${place}`,
      clock: this.clock,
      random,
      max: 10,
      acquireTimeout: Number.POSITIVE_INFINITY,
      idleTimeout: 20_000,
      whenDown: 'wait',
      fleet: fleet({ name: 'all', connections, engine, ttl, floor }),
    })
  }

  /** What the database counts: from the moment when a connect is sent. */
  get open(): number {
    return this.gone ? 0 : this.#database.open
  }

  /** Counts as it goes: to ask each database after each event would take too long. */
  #counted(driver: Driver<SimulatedConnection>, world: World): Driver<SimulatedConnection> {
    const counted = new Set<unknown>()
    const count = (by: 1 | -1): void => {
      if (this.gone) return
      this.heard += by
      world.heard += by
    }
    const uncount = (connection: unknown): void => {
      if (counted.delete(connection)) count(-1)
    }
    return {
      ...driver,
      connect: async context => {
        count(1)
        try {
          const connection = await driver.connect(context)
          counted.add(connection)
          return connection
        } catch (error) {
          count(-1)
          throw error
        }
      },
      close: async connection => {
        await driver.close(connection)
        uncount(connection)
      },
      destroy: connection => {
        driver.destroy(connection)
        uncount(connection)
      },
    }
  }

  /** Whether it keeps to the floor, as the ledger does not answer. */
  get isAway(): boolean {
    return this.pool.actor.getSnapshot().context.budget !== undefined && this.#budget.isAway
  }

  get #budget(): { readonly isAway: boolean } {
    return this.pool.actor.getSnapshot().context.budget as unknown as { readonly isAway: boolean }
  }
}

class World {
  readonly story: Story
  readonly random: Random
  readonly clock: SimulatedClock
  readonly memory
  readonly processes = new Set<Process>()
  readonly faults: Record<string, number> = {}
  /** No fewer than `open`. */
  heard = 0
  events = 0
  served = 0
  reports = 0
  most = 0
  over = 0
  broken: string | undefined
  #made = 0
  #outUntil = 0
  #lostAt = Number.NEGATIVE_INFINITY

  constructor(story: Story) {
    this.story = story
    this.random = createRandom(story.seed, 'fleet')
    this.clock = createSimulatedClock({
      start: 1_000,
      rest: async () => {
        await promisesAtRest()
        this.#check()
      },
    })
    this.memory = memoryEngine({ clock: this.clock })
  }

  get ttl(): number {
    return this.story.ttl ?? 5_000
  }

  add(callers: number): Process {
    const process = new Process(this, ++this.#made)
    this.processes.add(process)
    this.setCallers(process, callers)
    return process
  }

  /** Has so many callers ask again and again. */
  setCallers(process: Process, callers: number): void {
    const before = process.callers
    process.callers = callers
    for (let caller = before; caller < callers; caller++) this.#work(process, caller)
  }

  #work(process: Process, caller: number): void {
    if (process.stopped || process.gone || caller >= process.callers) {
      process.callers = Math.min(process.callers, Math.max(caller, 0))
      return
    }
    process.pool.acquire().then(
      lease => {
        this.served++
        process.clock.setTimeout(
          () => {
            lease.release()
            process.clock.setTimeout(() => this.#work(process, caller), this.random.int(0, 20))
          },
          this.random.int(5, 200),
        )
      },
      () => {},
    )
  }

  /** The network between a process and the ledger, and back. */
  async exchange(process: Process, name: string, report: Report): Promise<Answer> {
    this.reports++
    process.id = report.id
    await this.#pass(process)
    if (this.#isOut(process)) {
      if (this.random.chance(0.5)) await new Promise(() => {}) // nothing comes back
      throw new Error('the engine does not answer')
    }
    const answer = await this.#deliver(process, name, report)
    if (this.random.chance(0.01)) this.clock.setTimeout(() => void this.#again(process, name, report), 3_000)
    await this.#pass(process)
    if (this.#isOut(process)) throw new Error('the answer was lost')
    return answer
  }

  /** A network delivers some messages twice, and late. */
  async #again(process: Process, name: string, report: Report): Promise<void> {
    if (this.#isKnown(process) && !this.#isOut(process)) await this.#deliver(process, name, report)
  }

  /**
   * The ledger itself never grants more than there is. It can come to hold more when a process reports connections that it was not granted: those that it kept while the
   * ledger counted it as gone, or had within the floor.
   */
  async #deliver(process: Process, name: string, report: Report): Promise<Answer> {
    const { connections, floor = 1 } = this.story
    // One that comes again after its pool has left makes an entry, which expires: the ledger then counts too much, and never too little.
    const isLate = report.report < process.lastReport
    const allowed = this.#isKnown(process) && !isLate ? floor : report.keep
    const before = Math.max(connections, this.memory.count(name).held)
    const answer = await this.memory.exchange(name, report)
    if (report.report > process.lastReport && !report.leaves) process.heardAt = this.clock.now()
    process.lastReport = Math.max(process.lastReport, report.report)
    const more = this.memory.count(name).held - before
    if (more > allowed)
      this.broken ??= `at ${this.clock.now()} ms, a report made the ledger hold ${more} more than the budget`
    return answer
  }

  #pass(process: Process): Promise<void> {
    return new Promise(resolve => void process.clock.setTimeout(resolve, this.random.int(1, 10)))
  }

  #isOut({ cutOffUntil }: Process): boolean {
    return this.clock.now() < Math.max(this.#outUntil, cutOffUntil)
  }

  /** Whether the ledger counts the process. */
  #isKnown({ heardAt }: Process): boolean {
    return heardAt > this.#lostAt && this.clock.now() < heardAt + this.ttl
  }

  /** The invariant: no more than the budget, and what is explained. */
  #check(): void {
    this.events++
    if (this.heard <= this.story.connections) {
      if (this.heard > this.most) this.most = Math.max(this.most, this.open)
      return
    }
    const { open } = this
    this.most = Math.max(this.most, open)
    const over = open - this.story.connections
    if (over <= 0 || this.broken !== undefined) return
    this.over = Math.max(this.over, over)
    const floor = this.story.floor ?? 1
    // What was reported, and has not been given up yet; what those have of whom the ledger knows nothing; the floor of those that do not hear from it.
    let bound = Math.max(0, this.memory.count('all').held - this.story.connections)
    for (const process of this.processes)
      if (!this.#isKnown(process)) bound += process.open
      else if (process.isAway) bound += floor
    if (over > bound)
      this.broken = `at ${this.clock.now()} ms, the database has ${this.open} connections: ${over} more than the budget, and only ${bound} are explained`
  }

  #note(fault: string): void {
    this.faults[fault] = (this.faults[fault] ?? 0) + 1
  }

  #one(): Process | undefined {
    const all = [...this.processes].filter(({ stopped, clock }) => !stopped && !clock.isPaused)
    return all.length === 0 ? undefined : this.random.pick(all)
  }

  /** Something goes wrong, or changes. */
  fault(): void {
    const { random, clock, ttl } = this
    const now = clock.now()
    const kind = random.pick([
      'outage',
      'partition',
      'partition',
      'pause',
      'kill',
      'loss',
      'deploy',
      'load',
      'load',
    ])
    if ((kind === 'outage' || kind === 'loss') && random.chance(0.6)) return // these hit all at once
    this.#note(kind)
    if (kind === 'outage') this.#outUntil = now + random.int(100, 3 * ttl)
    if (kind === 'loss') {
      this.memory.forget()
      this.#lostAt = now
    }
    const process = this.#one()
    if (process === undefined) return
    if (kind === 'partition') process.cutOffUntil = now + random.int(100, 3 * ttl)
    if (kind === 'load') this.setCallers(process, random.pick([0, 0, 1, 3, 8]))
    if (kind === 'pause') {
      process.clock.pause()
      clock.setTimeout(() => process.clock.resume(), random.int(100, 3 * ttl))
    }
    if (kind === 'kill') {
      this.kill(process)
      this.add(random.int(1, 4))
    }
    if (kind === 'deploy') void this.#replace(random.int(1, 3))
  }

  /** The process is gone without a word; the database notices at once. */
  kill(process: Process): void {
    this.heard -= process.heard
    process.gone = true
    process.stopped = true
    process.clock.end()
    this.processes.delete(process)
  }

  /** New ones come before old ones go. */
  async #replace(surge: number): Promise<void> {
    const old = [...this.processes].filter(({ stopped }) => !stopped).slice(0, surge)
    for (const _ of old) this.add(this.random.int(1, 4))
    for (const process of old) {
      process.stopped = true
      this.clock.setTimeout(() => {
        if (process.gone) return
        void process.pool.close({ timeout: 1_000 }).then(() => {
          if (!process.gone && process.open === 0) this.processes.delete(process)
        })
      }, 2_000)
    }
  }

  /** All faults are over. */
  peace(): void {
    this.#outUntil = 0
    for (const process of this.processes) {
      process.cutOffUntil = 0
      if (process.clock.isPaused) process.clock.resume()
    }
  }

  /** What the databases count, all together. */
  get open(): number {
    let open = 0
    for (const process of this.processes) open += process.open
    return open
  }

  /** How many more connections one process has than another one, whose callers wait too. */
  get unfair(): number {
    const sizes = [...this.processes].filter(({ stopped }) => !stopped).map(({ open }) => open)
    return sizes.length === 0 ? 0 : Math.max(...sizes) - Math.min(...sizes)
  }
}

/** Lives the story. */
export async function simulateFleet(story: Story): Promise<Told> {
  const world = new World(story)
  const { clock, random } = world
  const { processes, connections, seconds, faults, onSecond } = story
  for (let count = 0; count < processes; count++) world.add(random.int(0, 3))
  const pass = async (duration: number, each: () => void): Promise<void> => {
    for (let second = 0; second < duration && world.broken === undefined; second++) {
      each()
      await clock.advance(1_000)
      onSecond?.(second)
    }
  }
  await pass(seconds, () => {
    for (let count = 0; count < faults; count++) if (random.chance(Math.min(1, faults - count))) world.fault()
  })
  world.peace()
  // Callers wait in all of them, more than they can have.
  for (const process of world.processes) if (!process.stopped) world.setCallers(process, 12)
  await pass(30, () => {})
  let { unfair, broken } = world
  if (broken === undefined && world.open > connections)
    broken = `30 s after the last fault, the database has ${world.open} connections, and the budget is ${connections}`
  if (broken === undefined && unfair > 1)
    broken = `30 s after the last fault, one process has ${unfair} more than another`
  for (const process of [...world.processes]) world.kill(process)
  return {
    ...{ events: world.events, served: world.served, reports: world.reports, faults: world.faults },
    ...{ most: world.most, over: world.over, unfair, broken },
  }
}
