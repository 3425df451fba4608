// The packages that an application installs beside this one: from which version on, and the tests that say whether one serves.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const manifest = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
) as { peerDependencies: Record<string, string> }

export interface Peer {
  readonly name: string
  /** In package.json, or in the guide that tells to install it. */
  readonly range: string
  readonly tests: readonly string[]
  /** What the tests use with it, and what has to find the same one. */
  readonly beside?: readonly string[]
}

const inManifest = (name: string): string => manifest.peerDependencies[name] ?? ''

export const peers: readonly Peer[] = [
  {
    name: 'pg',
    range: inManifest('pg'),
    tests: [
      'test/drivers/pg.connect.test.ts',
      'test/drivers/pg.contract.test.ts',
      'test/drivers/pg.reset.test.ts',
      'test/drivers/pg.stale.test.ts',
      'test/drivers/pg.transaction.test.ts',
      'test/compat/pg-pool/same-clients.test.ts',
      'test/compat/pg-pool/same-queries.test.ts',
      'test/compat/pg-pool/use-after-release.test.ts',
      'test/compat/pg-pool/waits.test.ts',
      'test/sharing/older-pg.test.ts',
    ],
  },
  {
    name: 'mysql2',
    range: inManifest('mysql2'),
    tests: [
      'test/drivers/mysql2.connect.test.ts',
      'test/drivers/mysql2.contract.test.ts',
      'test/drivers/mysql2.reset.test.ts',
      'test/drivers/mysql2.stale.test.ts',
      'test/compat/mysql2-pool.promise.test.ts',
      'test/compat/mysql2-pool.test.ts',
    ],
  },
  {
    name: '@opentelemetry/api',
    range: inManifest('@opentelemetry/api'),
    tests: ['test/telemetry/otel.metrics.test.ts', 'test/telemetry/otel.spans.test.ts'],
    beside: ['context-async-hooks', 'sdk-metrics', 'sdk-trace-base'].map(name => `@opentelemetry/${name}`),
  },
  {
    name: 'ws',
    range: inManifest('ws'),
    tests: ['test/inspector/safety.test.ts', 'test/inspector/live.test.ts'],
  },
  // These are passed in by the application, so they are no peers of the package.
  { name: 'prom-client', range: '>=15.0.0', tests: ['test/telemetry/prometheus.test.ts'] },
  {
    name: '@nats-io/kv',
    range: '>=3.0.0',
    tests: ['test/fleet/nats.test.ts', 'test/fleet/nats-outage.test.ts'],
    beside: ['@nats-io/transport-node'],
  },
]

/** Compiled when it is installed, for minutes: `npm run compatibility` tries it. */
export const triedByHand = ['better-sqlite3']

/** The oldest version in a range: `>=3.11.0`, `^1.3.0`. */
export const oldestIn = (range: string): string => /\d+\.\d+\.\d+/.exec(range)?.[0] ?? ''
