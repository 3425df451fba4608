// What can be attached to a pool: what `npx tsx bench/telemetry.ts` measures the cost of.
import type { PoolOptions } from '../src/index.js'
import type { AnyPool } from '../src/telemetry/observe.js'
import type { StubConnection } from './loan.js'

/** A pool of the benchmark. */
export type ObservedPool = AnyPool & Pick<import('../src/index.js').Pool<StubConnection>, 'eventsOf'>

/** One row. */
export interface ObserverOfPool {
  readonly title: string
  readonly options?: PoolOptions
  attach?(pool: ObservedPool): Promise<unknown> | unknown
}

/** By name; the first is what the others are compared with. */
export const observers: Readonly<Record<string, ObserverOfPool>> = {
  none: { title: 'nothing' },
  measure: { title: 'the option `measure`', options: { measure: true } },
  rare: {
    title: 'a subscriber to rare events (`eventsOf`)',
    attach: pool => pool.eventsOf('pool.down', 'connection.lost').subscribe(),
  },
  events: { title: 'an empty subscriber to `events$`', attach: pool => pool.events$.subscribe() },
  prometheus: {
    title: 'Prometheus metrics (`collect`, prom-client)',
    attach: async pool => {
      const entry: string = 'statepool/prometheus' // not a literal, as in the worker
      const { collect } = (await import(entry)) as typeof import('../src/telemetry/prometheus/index.js')
      collect(pool, { client: await import('prom-client') })
    },
  },
}
