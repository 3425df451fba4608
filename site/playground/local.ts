// A pool in this very page, in simulated time, as a source of the inspector's page.

import type { PoolSystem } from '../../src/actors/pool-actor.js'
import { control } from '../../src/inspector/controls.js'
import { diagnose } from '../../src/inspector/diagnose.js'
import { transitionsIn } from '../../src/inspector/page/live.js'
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
/** So long, in milliseconds of real time, the simulation may work before the page is drawn again. */
const patience = 12
const noticesKept = 200

/** What is changed while it runs. */
export interface Local extends Source {
  /** How many seconds of simulated time pass in one. */
  speed: number
  readonly world: World
  /** Ends the simulation. */
  stop(): void
}

/** Begins a simulation. */
export function local(options: Omit<WorldOptions, 'clock'>): Local {
  return new Simulation(options)
}

class Simulation implements Local {
  speed = 1
  readonly world: World
  readonly #clock: SimulatedClock = createSimulatedClock()
  readonly #log: PoolLog<unknown>
  readonly #system: PoolSystem<unknown>
  readonly #names: string[] = []
  readonly #notices: Notice[] = []
  #cursor: Cursor = fromTheBeginning
  #listener: Listener | undefined
  #nextFrame = 0
  #stopped = false

  constructor(options: Omit<WorldOptions, 'clock'>) {
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
    this.#listener?.faults(this.#faults())
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
    let goal = this.#clock.now()
    while (!this.#stopped) {
      const now = await nextDrawing()
      goal = Math.min(goal + (now - before) * this.speed, this.#clock.now() + 1_000 * this.speed)
      before = now
      const until = performance.now() + patience
      while (this.#clock.now() < goal && performance.now() < until && !this.#stopped) {
        await this.#clock.advanceTo(Math.min(goal, this.#nextFrame))
        if (this.#clock.now() >= this.#nextFrame) this.#tellFrame()
      }
      goal = Math.min(goal, this.#clock.now() + 250) // what it cannot keep up with is slower
      this.#tell()
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
    this.#listener?.faults(this.#faults())
  }
}

/** Before the browser draws, or soon where nothing is drawn. */
const nextDrawing = (): Promise<number> =>
  new Promise(resolve => {
    requestAnimationFrame(() => resolve(performance.now()))
  })
