// statepool/prometheus: a pool's metrics in the registry of prom-client or @prometheus-io/client.
export { collect } from './collect.js'
export type { CollectOptions, PrometheusClient, PrometheusRegistry } from './options.js'
