// What users of pg.Pool with OpenTelemetry's instrumentation had, and what they have with the drop-in: side by side. And beside the drivers' own
// instrumentations, nothing is counted twice.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, inject, it } from 'vitest'
import { bundle } from '../support/bundle.js'
import { server } from '../support/drop-in.js'

interface Report {
  /** How many there are, by name: `parent > name`. */
  readonly spans: Record<string, number>
  /** Callers who were called back in the context of another one. */
  readonly strayed: number
  /** Callers whose span is the parent of a `statepool.acquire`. */
  readonly callersServed: number
  readonly metrics: readonly {
    readonly scope: string
    readonly name: string
    readonly unit: string
    readonly state?: string
    readonly pool?: string
    readonly value: number
  }[]
}

async function telemetryOf(kind: string, config: object, callers: number): Promise<Report> {
  const program = await bundle('test/support/programs/telemetry-of-pools.ts')
  const child = spawn(process.execPath, [program, kind, JSON.stringify(config), String(callers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
  return JSON.parse(output)
}

const names = ({ metrics }: Report, scope: string) =>
  [...new Set(metrics.filter(metric => metric.scope === scope).map(({ name }) => name))].sort()

describe('pg.Pool and the drop-in, side by side', () => {
  it('what was there is there, and nothing is counted twice', async () => {
    const config = { ...server(), max: 1 }
    const theirs = await telemetryOf('pg-pool', config, 10)
    const ours = await telemetryOf('pg', config, 10)

    expect(theirs.spans).toEqual({
      caller: 11,
      'caller > pg-pool.connect': 11,
      'pg-pool.connect > pg.connect': 1,
      'caller > pg.query:SELECT postgres': 1,
    })
    expect(ours.spans).toEqual({
      caller: 11,
      'caller > statepool.acquire': 11,
      'statepool.connect': 1,
      'pg.connect': 1,
      'caller > pg.query:SELECT postgres': 1,
    })

    const theirScope = '@opentelemetry/instrumentation-pg'
    expect(names(theirs, theirScope)).toEqual([
      'db.client.connection.count',
      'db.client.connection.max',
      'db.client.connection.pending_requests',
      'db.client.operation.duration',
    ])
    expect(names(ours, theirScope)).toEqual(['db.client.operation.duration'])
    expect(names(ours, 'statepool')).toEqual([
      'db.client.connection.count',
      'db.client.connection.create_time',
      'db.client.connection.idle.max',
      'db.client.connection.idle.min',
      'db.client.connection.limit',
      'db.client.connection.max',
      'db.client.connection.pending_requests',
      'db.client.connection.timeouts',
      'db.client.connection.use_time',
      'db.client.connection.wait_time',
      'statepool.budget.away',
      'statepool.held_back',
      'statepool.leases',
      'statepool.refusals',
      'statepool.statements',
      'statepool.statements.active',
    ])

    const figures = ({ metrics }: Report) =>
      Object.fromEntries(
        metrics
          .filter(({ name }) => /count|pending_requests|connection\.max/.test(name))
          .map(({ name, state, value }) => [state === undefined ? name : `${name} ${state}`, value]),
      )
    expect(Object.keys(figures(ours)).sort()).toEqual(Object.keys(figures(theirs)).sort())
    // Theirs still has the client as used here: pg.Pool tells of a release before the client is idle.
    expect(figures(ours)).toEqual({
      'db.client.connection.count idle': 1,
      'db.client.connection.count used': 0,
      'db.client.connection.max': 1,
      'db.client.connection.pending_requests': 0,
    })
  })
})

it('each of 10,000 callers of the drop-in for pg.Pool has its own span as the parent, and as the callback’s', async () => {
  const report = await telemetryOf('pg', { ...server(), max: 10 }, 10_000)
  expect(report.spans['caller > statepool.acquire']).toBe(10_001)
  expect(report).toMatchObject({ strayed: 0, callersServed: 10_001 })
})

const mariadb = inject('mariadb')

it.skipIf('missing' in mariadb)(
  'the same for mysql2’s, whose instrumentation has query spans only',
  async () => {
    const report = await telemetryOf('mysql2', { ...mariadb, connectionLimit: 10 }, 10_000)
    expect(report).toMatchObject({ strayed: 0, callersServed: 10_001 })
    const { caller, 'statepool.connect': connects, ...others } = report.spans
    expect(caller).toBe(10_001)
    expect(connects).toBeLessThanOrEqual(10)
    expect(others).toEqual({ 'caller > statepool.acquire': 10_001, 'caller > select': 1 })
    expect(names(report, '@opentelemetry/instrumentation-mysql2')).toEqual([])
  },
)
