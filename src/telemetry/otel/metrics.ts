// One pool's metrics: figures that are read when they are collected, and durations that are recorded as they arise.
import {
  type Attributes,
  type BatchObservableResult,
  createNoopMeter,
  type MeterProvider,
  metrics,
  ROOT_CONTEXT,
} from '@opentelemetry/api'
import type { LaneStats } from '../../actors/callers/lanes.js'
import type { PoolStats } from '../../actors/watching/stats.js'
import { type AnyPool, type HostState, hostStates, type Tracker } from '../observe.js'
import { type Instruments, instrumentsOf, observables } from './instruments.js'
import { Share } from './sampling.js'

/** What {@link PoolMetrics} is made from. */
export interface MetricsInput {
  readonly pool: AnyPool
  /** Undefined = the global one, as soon as there is one. */
  readonly provider: MeterProvider | undefined
  readonly attributes: Attributes
  readonly oldNames: boolean
  readonly recordsPerSecond: number
}

/** A tracker that is told of each lease, so what it does is little. */
export class PoolMetrics implements Tracker {
  readonly #input: MetricsInput
  readonly #waits: Share
  readonly #uses: Share
  readonly #idle: Attributes
  readonly #used: Attributes
  readonly #shed: Attributes
  readonly #otherwise: Attributes
  #instruments: Instruments | undefined
  #stopped = false

  constructor(input: MetricsInput) {
    const { attributes, recordsPerSecond } = input
    this.#input = input
    const now = () => performance.now()
    this.#waits = new Share(recordsPerSecond, now, Math.random)
    this.#uses = new Share(recordsPerSecond, now, Math.random)
    this.#idle = { ...attributes, 'db.client.connection.state': 'idle' }
    this.#used = { ...attributes, 'db.client.connection.state': 'used' }
    this.#shed = { ...attributes, 'error.type': 'OVERLOADED' }
    this.#otherwise = { ...attributes, 'error.type': '_OTHER' }
    this.#bind()
  }

  granted(waited: number): void {
    if (this.#waits.takes())
      this.#bound()?.waitTime.record(waited / 1_000, this.#input.attributes, ROOT_CONTEXT)
  }

  returned(held: number): void {
    if (this.#uses.takes()) this.#bound()?.useTime.record(held / 1_000, this.#input.attributes, ROOT_CONTEXT)
  }

  connected(took: number): void {
    this.#bound()?.createTime.record(took / 1_000, this.#input.attributes, ROOT_CONTEXT)
  }

  // Counted by the pool, and read when they are collected.
  connectFailed(): void {}
  timedOut(): void {}
  closed(): void {}

  /** The gauges say 0 once more: SDKs go on exporting the last value that they have seen. */
  stop(): void {
    this.#stopped = true
  }

  #bound(): Instruments | undefined {
    return this.#instruments ?? this.#bind()
  }

  /** The global provider may be registered later than the pool is made, and unlike tracers, OpenTelemetry's API does not pass meters on. */
  #bind(): Instruments | undefined {
    const { provider = metrics.getMeterProvider() } = this.#input
    if (this.#stopped || provider.getMeter('statepool') === createNoopMeter()) return undefined
    const instruments = instrumentsOf(provider)
    instruments.meter.addBatchObservableCallback(this.#observe, observables(instruments))
    this.#instruments = instruments
    return instruments
  }

  readonly #observe = (result: BatchObservableResult<Attributes>): void => {
    const instruments = this.#instruments
    if (instruments === undefined) return
    const { pool, attributes } = this.#input
    if (this.#stopped) {
      const { budgetMax, host, lanes } = pool.stats()
      const left = host && { state: undefined, seeking: 0 }
      this.#observeGauges(result, instruments, {
        ...ended,
        budgetMax: budgetMax && 0,
        host: left,
        lanes: lanes && Object.fromEntries(Object.keys(lanes).map(name => [name, emptyLane])),
      })
      // Later: an SDK may be walking along its list of callbacks.
      queueMicrotask(() => {
        instruments.meter.removeBatchObservableCallback(this.#observe, observables(instruments))
      })
      return
    }
    this.#waits.wake()
    this.#uses.wake()
    const stats = pool.stats()
    this.#observeGauges(result, instruments, stats)
    result.observe(instruments.timeouts, stats.timedOut, attributes)
    result.observe(instruments.leases, stats.acquired, attributes)
    result.observe(instruments.statements, stats.statements, attributes)
    result.observe(instruments.refusals, stats.shed, this.#shed)
    result.observe(instruments.refusals, stats.refused - stats.shed, this.#otherwise)
  }

  #observeGauges(
    result: BatchObservableResult<Attributes>,
    instruments: Instruments,
    {
      idle,
      busy,
      validating,
      min,
      max,
      waiting,
      underWay,
      heldBack,
      budgetAway,
      budgetMax,
      host,
      lanes = {},
    }: Gauges,
  ): void {
    const { attributes, oldNames } = this.#input
    result.observe(instruments.count, idle, this.#idle)
    result.observe(instruments.count, busy + validating, this.#used)
    result.observe(instruments.idleMax, max, attributes)
    result.observe(instruments.idleMin, min, attributes)
    result.observe(instruments.limit, max, attributes)
    if (oldNames) result.observe(instruments.max, max, attributes)
    result.observe(instruments.pendingRequests, waiting, attributes)
    result.observe(instruments.activeStatements, underWay, attributes)
    result.observe(instruments.heldBack, Number(heldBack), attributes)
    result.observe(instruments.budgetAway, Number(budgetAway), attributes)
    if (budgetMax !== undefined) result.observe(instruments.budgetLimit, budgetMax, attributes)
    for (const [name, lane] of Object.entries(lanes)) {
      const ofLane = { ...attributes, 'statepool.lane': name }
      result.observe(instruments.laneLimit, lane.max, ofLane)
      result.observe(instruments.laneTaken, lane.taken, ofLane)
      result.observe(instruments.laneWaiting, lane.waiting, ofLane)
    }
    if (host === undefined) return
    result.observe(instruments.hostSeeking, host.seeking, attributes)
    for (const state of hostStates)
      result.observe(instruments.hostState, Number(state === host.state), {
        ...attributes,
        'statepool.host.state': state,
      })
  }
}

/** What a pool is at one moment. */
type Gauges = Pick<
  PoolStats,
  | 'idle'
  | 'busy'
  | 'validating'
  | 'min'
  | 'max'
  | 'waiting'
  | 'underWay'
  | 'heldBack'
  | 'budgetAway'
  | 'budgetMax'
  | 'lanes'
> & {
  readonly host: { readonly state: HostState | undefined; readonly seeking: number } | undefined
}

const emptyLane: LaneStats = { max: 0, taken: 0, waiting: 0 }

/** A pool that is no longer measured. */
const ended: Gauges = {
  idle: 0,
  busy: 0,
  validating: 0,
  min: 0,
  max: 0,
  waiting: 0,
  underWay: 0,
  heldBack: false,
  budgetAway: false,
  budgetMax: undefined,
  host: undefined,
  lanes: undefined,
}
