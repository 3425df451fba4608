// A whole fleet in simulated time: many processes with a pool each, the ledger that they share, and all that can come between them. What the database
// counts is checked after every event.
import { type SimulatedConnection, type SimulatedDatabase, simulated } from '../../src/db/simulated/index.js'
import { type Answer, type FleetEngine, fleet, memoryEngine, type Report } from '../../src/fleet/index.js'
import { createPool, type Pool } from '../../src/index.js'
import { createRandom, type Random } from '../../src/testing/random.js'
import { promisesAtRest } from '../../src/testing/rest.js'
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js'
import { LocalClock } from './local-clock.js'
import { Tally } from './tally.js'

/** What a fleet is to live through. */
export interface Story {
  readonly seed: number
  /** Processes at the beginning. */
  readonly processes: number
  readonly connections: number
  /** How long faults come, in simulated seconds; then all is left in peace. */
  readonly seconds: number
  /** Faults a second. */
  readonly faults: number
  readonly ttl?: number
  readonly floor?: number | undefined
  /** How many connections every third process keeps (its pool's `min`). Default 0. */
  readonly min?: number
  /** How many times as long as usual callers hold their leases and pause: fewer events between two reports. Default 1. */
  readonly calm?: number
  /** In which second the engine goes away for two times to live, whatever else happens. Default: only by chance. */
  readonly outageAt?: number | undefined
  /** For how long all is left in peace in the end, in simulated seconds. Default 30. */
  readonly peace?: number
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
  readonly min: number
  readonly #database: SimulatedDatabase
  /** The number of the latest report that has reached the ledger: earlier ones that come later count for nothing. */
  lastReport = 0
  /** What the ledger last said that it may have. */
  granted = 0
  /** Until when nothing that it sends arrives. */
  cutOffUntil = 0
  callers = 0
  stopped = false
  gone = false

  constructor(world: World, place: number) {
    const { random, clock, story } = world
    this.clock = new LocalClock(clock, random.int(0, 1_000_000), 0.99 + 0.02 * random(), () =>
      world.tally.touch(this),
    )
    const driver = simulated({
      ...{ clock: this.clock, seed: place, unhealthyRate: 0, connectLatency: [5, 30], queryLatency: 1 },
    })
    this.#database = driver.database
    const engine: FleetEngine = {
      name: 'the simulated engine',
      exchange: (name, report) => world.exchange(this, name, report),
    }
    const { connections, ttl = 5_000, floor = 1, min = 0 } = story
    this.min = place % 3 === 0 ? Math.min(min, connections) : 0
    this.pool = createPool(driver, {
      name: `p${place}`,
      clock: this.clock,
      random,
      min: this.min,
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
  readonly tally: Tally<Process>
  readonly processes = new Set<Process>()
  readonly faults: Record<string, number> = {}
  events = 0
  served = 0
  reports = 0
  most = 0
  over = 0
  broken: string | undefined
  #made = 0
  #outUntil = 0

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
    this.tally = new Tally(story.floor ?? 1)
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
    this.tally.touch(process)
    for (let caller = before; caller < callers; caller++) this.#work(process, caller)
  }

  #work(process: Process, caller: number): void {
    if (process.stopped || process.gone || caller >= process.callers) {
      process.callers = Math.min(process.callers, Math.max(caller, 0))
      return
    }
    const { calm = 1 } = this.story
    process.pool.acquire().then(
      lease => {
        this.served++
        process.clock.setTimeout(() => {
          lease.release()
          process.clock.setTimeout(() => this.#work(process, caller), calm * this.random.int(0, 20))
        }, calm * this.random.int(5, 200))
      },
      () => {},
    )
  }

  /** The network between a process and the ledger, and back. */
  async exchange(process: Process, name: string, report: Report): Promise<Answer> {
    this.reports++
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
    if (this.tally.isKnown(process, this.clock.now()) && !this.#isOut(process))
      await this.#deliver(process, name, report)
  }

  /**
   * The ledger itself never grants more than there is. It can come to hold more when a process reports connections that it was not granted: those that it kept while the
   * ledger counted it as gone, or had within the floor.
   */
  async #deliver(process: Process, name: string, report: Report): Promise<Answer> {
    const { connections, floor = 1 } = this.story
    const { tally } = this
    const now = this.clock.now()
    tally.expire(now)
    // One that comes again after its pool has left makes an entry, which expires: the ledger then counts too much, and never too little.
    const isLate = report.report < process.lastReport
    const isKnown = tally.isKnown(process, now) && !isLate
    // A ledger that was lost grants each the floor, until it has heard of all.
    const allowed = isKnown ? floor : Math.max(report.keep, tally.owed > 0 ? floor : 0)
    const spoken = (): number => Math.max(connections, this.memory.count(name).held + tally.owed)
    const before = spoken()
    const step = this.memory.exchange(name, report) // done when this returns: others that report at the same instant come after
    const isNews = report.report > process.lastReport
    if (isNews && !report.leaves) tally.hear(process, now, report.ttl)
    process.lastReport = Math.max(process.lastReport, report.report)
    const more = spoken() - before
    if (more > allowed)
      this.broken ??= `at ${now} ms, a report made the ledger hold ${more} more than the budget, and ${allowed} are explained`
    const answer = await step
    if (isNews) process.granted = answer.held
    return answer
  }

  #pass(process: Process): Promise<void> {
    return new Promise(resolve => void process.clock.setTimeout(resolve, this.random.int(1, 10)))
  }

  #isOut({ cutOffUntil }: Process): boolean {
    return this.clock.now() < Math.max(this.#outUntil, cutOffUntil)
  }

  /** The invariant: no more than the budget, and what is explained. */
  #check(): void {
    this.events++
    this.tally.update(this.clock.now())
    const { open, loose } = this.tally
    this.most = Math.max(this.most, open)
    const over = open - this.story.connections
    if (over <= 0 || this.broken !== undefined) return
    this.over = Math.max(this.over, over)
    // What was reported, and has not been given up yet; and what the ledger cannot know.
    const bound =
      Math.max(0, this.memory.count('all').held + this.tally.owed - this.story.connections) + loose
    if (over > bound)
      this.broken = `at ${this.clock.now()} ms, the database has ${open} connections: ${over} more than the budget, and only ${bound} are explained`
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
    // These hit all at once, however many there are.
    if ((kind === 'outage' || kind === 'loss') && random.chance(1 - 0.4 / Math.max(1, this.story.faults)))
      return
    this.#note(kind)
    if (kind === 'outage') this.#endOutageIn(random.int(100, 3 * ttl))
    if (kind === 'loss') {
      this.memory.forget()
      this.tally.forget()
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
    if (kind === 'deploy')
      void this.#replace(random.int(1, Math.max(3, Math.round(this.processes.size / 100))))
  }

  #endOutageIn(duration: number): void {
    this.#outUntil = this.clock.now() + duration
  }

  /** What keeps the budget is away, for all. */
  outage(duration: number): void {
    this.#note('outage')
    this.#endOutageIn(duration)
  }

  /** The process is gone without a word; the database notices at once. */
  kill(process: Process): void {
    process.gone = true
    process.stopped = true
    process.clock.end()
    this.#remove(process)
  }

  #remove(process: Process): void {
    this.processes.delete(process)
    this.tally.remove(process)
  }

  /** New ones come before old ones go. */
  async #replace(surge: number): Promise<void> {
    const old = [...this.processes].filter(({ stopped }) => !stopped).slice(0, surge)
    for (const _ of old) this.add(this.random.int(1, 4))
    for (const process of old) {
      process.stopped = true
      this.clock.setTimeout(() => {
        if (process.gone) return
        this.tally.touch(process)
        void process.pool.close({ timeout: 1_000 }).then(() => {
          if (!process.gone && process.open === 0) this.#remove(process)
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

  get #staying(): Process[] {
    return [...this.processes].filter(({ stopped }) => !stopped)
  }

  /** How many more connections one process has than another one, whose callers wait too; what is kept for it (`min`) apart. */
  get unfair(): number {
    const sizes = this.#staying.filter(({ open, min }) => open > min).map(({ open }) => open)
    const all = this.#staying.map(({ open }) => open)
    return sizes.length === 0 ? 0 : Math.max(...sizes) - Math.min(...all)
  }

  /** A process that has less than what is kept for it, although the budget is enough for all that is kept. */
  get robbed(): Process | undefined {
    const kept = this.#staying.reduce((sum, { min }) => sum + min, 0)
    return kept > this.story.connections ? undefined : this.#staying.find(({ open, min }) => open < min)
  }
}

/** Lives the story. */
export async function simulateFleet(story: Story): Promise<Told> {
  const world = new World(story)
  const { clock, random } = world
  const { processes, connections, seconds, faults, peace = 30, outageAt, onSecond } = story
  for (let count = 0; count < processes; count++) world.add(random.int(0, 3))
  const pass = async (duration: number, each: (second: number) => void): Promise<void> => {
    for (let second = 0; second < duration && world.broken === undefined; second++) {
      each(second)
      await clock.advance(1_000)
      if (!world.tally.isRight) world.broken ??= `at ${clock.now()} ms, the tally is wrong`
      onSecond?.(second)
    }
  }
  await pass(seconds, second => {
    if (second === outageAt) world.outage(2 * world.ttl)
    for (let count = 0; count < faults; count++) if (random.chance(Math.min(1, faults - count))) world.fault()
  })
  world.peace()
  // Callers wait in all of them, more than they can have.
  for (const process of world.processes) if (!process.stopped) world.setCallers(process, 12)
  await pass(peace, () => {})
  let { unfair, broken } = world
  const { robbed, tally } = world
  if (broken === undefined && tally.open > connections)
    broken = `${peace} s after the last fault, the database has ${tally.open} connections, and the budget is ${connections}`
  if (broken === undefined && unfair > 1)
    broken = `${peace} s after the last fault, one process has ${unfair} more than another`
  if (broken === undefined && robbed !== undefined)
    broken = `${peace} s after the last fault, a process has ${robbed.open} connections, and ${robbed.min} are kept for it`
  for (const process of [...world.processes]) world.kill(process)
  return {
    ...{ events: world.events, served: world.served, reports: world.reports, faults: world.faults },
    ...{ most: world.most, over: world.over, unfair, broken },
  }
}
