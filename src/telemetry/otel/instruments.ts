// The instruments of OpenTelemetry's semantic conventions for connection pools (1.45), made once for each meter provider.
import type {
  Attributes,
  Histogram,
  Meter,
  MeterProvider,
  Observable,
  ObservableCounter,
  ObservableUpDownCounter,
} from '@opentelemetry/api'

/** All of them. */
export interface Instruments {
  readonly meter: Meter
  readonly count: ObservableUpDownCounter<Attributes>
  readonly idleMax: ObservableUpDownCounter<Attributes>
  readonly idleMin: ObservableUpDownCounter<Attributes>
  readonly limit: ObservableUpDownCounter<Attributes>
  /** The old name of `limit`. */
  readonly max: ObservableUpDownCounter<Attributes>
  readonly pendingRequests: ObservableUpDownCounter<Attributes>
  readonly timeouts: ObservableCounter<Attributes>
  /** Not of the conventions: histograms of a busy pool record a share of its leases. */
  readonly leases: ObservableCounter<Attributes>
  /** Not of the conventions: statements that share connections have no lease each. */
  readonly statements: ObservableCounter<Attributes>
  /** Not of the conventions: callers that were refused at once did not time out. */
  readonly refusals: ObservableCounter<Attributes>
  /** Not of the conventions: a budget that pools share (`group`, `fleet`). */
  readonly heldBack: ObservableUpDownCounter<Attributes>
  readonly budgetAway: ObservableUpDownCounter<Attributes>
  readonly budgetLimit: ObservableUpDownCounter<Attributes>
  /** Not of the conventions: a pool that belongs to a pool of hosts. */
  readonly hostState: ObservableUpDownCounter<Attributes>
  readonly hostSeeking: ObservableUpDownCounter<Attributes>
  /** Not of the conventions: a pool with the option `lanes`. */
  readonly laneLimit: ObservableUpDownCounter<Attributes>
  readonly laneTaken: ObservableUpDownCounter<Attributes>
  readonly laneWaiting: ObservableUpDownCounter<Attributes>
  readonly activeStatements: ObservableUpDownCounter<Attributes>
  readonly createTime: Histogram<Attributes>
  readonly waitTime: Histogram<Attributes>
  readonly useTime: Histogram<Attributes>
}

/** Those that are read at collection. */
export function observables({
  meter: _meter,
  createTime: _create,
  waitTime: _wait,
  useTime: _use,
  ...read
}: Instruments): Observable<Attributes>[] {
  return Object.values(read)
}

/**
 * The boundaries of the histograms' buckets, in seconds. The conventions have none for pools; these are those of the stable
 * `db.client.operation.duration`, and two below them, because a free connection is leased in microseconds.
 */
export const buckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

const made = new WeakMap<MeterProvider, Instruments>()

/** The provider's instruments: all pools have the same ones, for of two instruments of one name, SDKs may count only one. */
export function instrumentsOf(provider: MeterProvider): Instruments {
  const known = made.get(provider)
  if (known !== undefined) return known
  const instruments = make(provider.getMeter('statepool'))
  made.set(provider, instruments)
  return instruments
}

function make(meter: Meter): Instruments {
  const name = (suffix: string) => `db.client.connection.${suffix}`
  const own = (suffix: string, unit: string, description: string) =>
    meter.createObservableUpDownCounter(`statepool.${suffix}`, { unit, description })
  const gauge = (suffix: string, unit: string, description: string) =>
    meter.createObservableUpDownCounter(name(suffix), { unit, description })
  const time = (suffix: string, description: string) =>
    meter.createHistogram(name(suffix), {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: buckets },
    })
  return {
    meter,
    count: gauge(
      'count',
      '{connection}',
      'The number of connections that are currently in state described by the state attribute.',
    ),
    idleMax: gauge('idle.max', '{connection}', 'The maximum number of idle open connections allowed.'),
    idleMin: gauge('idle.min', '{connection}', 'The minimum number of idle open connections allowed.'),
    limit: gauge('limit', '{connection}', 'The maximum number of open connections allowed.'),
    max: gauge('max', '{connection}', 'The maximum number of open connections allowed.'),
    pendingRequests: gauge(
      'pending_requests',
      '{request}',
      'The number of current pending requests for an open connection.',
    ),
    timeouts: meter.createObservableCounter(name('timeouts'), {
      unit: '{timeout}',
      description:
        'The number of connection timeouts that have occurred trying to obtain a connection from the pool.',
    }),
    leases: meter.createObservableCounter('statepool.leases', {
      unit: '{lease}',
      description: 'The number of leases that the pool has granted.',
    }),
    statements: meter.createObservableCounter('statepool.statements', {
      unit: '{statement}',
      description: 'The number of statements that were sent on a connection which others may share.',
    }),
    refusals: meter.createObservableCounter('statepool.refusals', {
      unit: '{request}',
      description:
        'The number of requests for a connection that the pool refused instead of letting them wait.',
    }),
    heldBack: own(
      'held_back',
      '{pool}',
      '1 while the pool wants one more connection and the budget that it shares with other pools has none left, otherwise 0.',
    ),
    budgetAway: own(
      'budget.away',
      '{pool}',
      "1 while the engine that keeps the budget of the pool's fleet does not answer, otherwise 0.",
    ),
    budgetLimit: own(
      'budget.limit',
      '{connection}',
      'The maximum number of open connections of all pools that share the budget.',
    ),
    hostState: own(
      'host.state',
      '{host}',
      '1 for the state of the host that the pool connects to, by the attribute statepool.host.state, otherwise 0.',
    ),
    hostSeeking: own(
      'host.seeking',
      '{request}',
      'The number of requests to the pool of hosts for which no host fits; the same for each host.',
    ),
    laneLimit: own(
      'lane.limit',
      '{connection}',
      'The maximum number of connections of a lane, by the attribute statepool.lane.',
    ),
    laneTaken: own(
      'lane.taken',
      '{connection}',
      'The number of leases of a lane, and of its requests that the pool serves next.',
    ),
    laneWaiting: own(
      'lane.waiting',
      '{request}',
      'The number of current pending requests for which their lane has no room.',
    ),
    activeStatements: own(
      'statements.active',
      '{statement}',
      'The number of statements that are under way on shared connections.',
    ),
    createTime: time('create_time', 'The time it took to create a new connection.'),
    waitTime: time('wait_time', 'The time it took to obtain an open connection from the pool.'),
    useTime: time('use_time', 'The time between borrowing a connection and returning it to the pool.'),
  }
}
