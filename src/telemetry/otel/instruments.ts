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
  readonly createTime: Histogram<Attributes>
  readonly waitTime: Histogram<Attributes>
  readonly useTime: Histogram<Attributes>
}

/** Those that are read at collection. */
export function observables(instruments: Instruments): Observable<Attributes>[] {
  const { count, idleMax, idleMin, limit, max, pendingRequests, timeouts, leases, statements } = instruments
  return [count, idleMax, idleMin, limit, max, pendingRequests, timeouts, leases, statements]
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
    createTime: time('create_time', 'The time it took to create a new connection.'),
    waitTime: time('wait_time', 'The time it took to obtain an open connection from the pool.'),
    useTime: time('use_time', 'The time between borrowing a connection and returning it to the pool.'),
  }
}
