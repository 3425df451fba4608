// A pool in this very page, in simulated time, as a source of the inspector's page.

import type { PoolSystem } from '../../src/actors/pool-actor.js'
import { control } from '../../src/inspector/controls.js'
import { diagnose } from '../../src/inspector/diagnose.js'
import { transitionsIn } from '../../src/inspector/page/model/transitions.js'
import type { Listener, Source } from '../../src/inspector/page/source.js'
import { systemsOf } from '../../src/inspector/pools.js'
import type { Answer, ControlRequest, FaultRequest } from '../../src/inspector/protocol.js'
import type { Notice } from '../../src/recorder/format.js'
import { takeFrame } from '../../src/recorder/frame.js'
import { type Cursor, fromTheBeginning, PoolLog } from '../../src/recorder/pool-log.js'
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulated-clock.js'
import { type FaultName, faultTitles, World, type WorldOptions } from './world.js'

/** Simulated time passes in steps of this, in milliseconds: as often as a frame is taken. */
const step = 250
/** So long, in milliseconds of real time, the simulation may work before the page is drawn again; or as long as the page took to draw. */
const leastWork = 12
const mostWork = 60
const noticesKept = 200

/** What is changed while it runs. */
export interface Local extends Source {
  /** How many seconds of simulated time pass in one. */
  speed: number
  readonly world: World
  /** Ends the simulation. */
  stop(): void
}

/**
 * Begins a simulation.
 * @param nextDrawing resolves with the time, as `performance.now()` has it, when the page is about to be drawn
 */
export function local(options: Omit<WorldOptions, 'clock'>, nextDrawing: () => Promise<number>): Local {
  return new Simulation(options, nextDrawing)
}

class Simulation implements Local {
  speed = 1
  readonly world: World
  readonly #nextDrawing: () => Promise<number>
  readonly #clock: SimulatedClock = createSimulatedClock()
  readonly #log: PoolLog<unknown>
  readonly #system: PoolSystem<unknown>
  readonly #names: string[] = []
  readonly #notices: Notice[] = []
  #cursor: Cursor = fromTheBeginning
  #listener: Listener | undefined
  #nextFrame = 0
  #switched = ''
  #stopped = false

  constructor(options: Omit<WorldOptions, 'clock'>, nextDrawing: () => Promise<number>) {
    this.#nextDrawing = nextDrawing
    this.world = new World({ ...options, clock: this.#clock })
    const [system] = systemsOf(this.world.pool) as [PoolSystem<unknown>]
    this.#system = system
    this.#log = new PoolLog(system, 20_000, { wallTime: () => 0 })
  }

  now(): number {
    return this.#clock.now()
  }

  open(listener: Listener): () => void {
    this.#listener = listener
    listener.introduce({
      kind: 'local',
      title: `Simulated in this page from seed ${this.world.options.seed}`,
      allowControl: true,
      faults: this.#faults(),
      pools: [{ ...this.#log.pool, id: 0, target: 'a database in memory', wallOffset: 0 }],
    })
    listener.connection({ state: 'open' })
    void this.#run()
    return () => this.stop()
  }

  stop(): void {
    this.#stopped = true
    this.#log.stop()
  }

  async control(request: ControlRequest): Promise<Answer> {
    return control(this.#system, request)
  }

  async fault({ id, on }: FaultRequest): Promise<Answer> {
    void this.world.set(id as FaultName, on)
    this.#tellFaults()
    return { ok: true }
  }

  #faults() {
    return (Object.keys(faultTitles) as FaultName[]).map(id => ({
      id,
      title: faultTitles[id],
      on: this.world.faults.has(id),
    }))
  }

  /** Lets simulated time pass as real time does, times the speed, and tells of it before each drawing. */
  async #run(): Promise<void> {
    let before = performance.now()
    let rested = before
    let goal = this.#clock.now()
    while (!this.#stopped) {
      const now = await this.#nextDrawing()
      goal = Math.min(goal + (now - before) * this.speed, this.#clock.now() + 1_000 * this.speed)
      before = now
      const until = now + Math.min(mostWork, Math.max(leastWork, now - rested))
      while (this.#clock.now() < goal && performance.now() < until && !this.#stopped) {
        await this.#clock.advanceTo(Math.min(goal, this.#nextFrame))
        if (this.#clock.now() >= this.#nextFrame) this.#tellFrame()
      }
      goal = Math.min(goal, this.#clock.now() + step) // what it cannot keep up with is slower
      this.#tell()
      this.#tellFaults()
      rested = performance.now()
    }
  }

  #tell(): void {
    const { slice, cursor } = this.#log.since(this.#cursor)
    this.#cursor = cursor
    this.#names.push(...slice.names)
    this.#notices.push(...slice.notices)
    this.#notices.splice(0, this.#notices.length - noticesKept)
    this.#listener?.transitions(0, transitionsIn(slice.records, this.#names), slice.skipped)
    this.#listener?.notices(0, slice.notices)
  }

  #tellFrame(): void {
    this.#nextFrame = this.#clock.now() + step
    this.#tell()
    const frame = takeFrame(this.#system)
    this.#listener?.frame(0, { frame, diagnosis: diagnose(frame, this.#notices) })
  }

  /** Only when one was switched, for the whole page is drawn anew then. */
  #tellFaults(): void {
    const switched = [...this.world.faults].join()
    if (switched === this.#switched) return
    this.#switched = switched
    this.#listener?.faults(this.#faults())
  }
}
