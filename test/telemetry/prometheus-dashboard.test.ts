// The dashboard and the alerts ask for metrics, labels and label values that exist; the guide's table has all metrics.
import { readFileSync } from 'node:fs'
import * as client from 'prom-client'
import { beforeAll, describe, expect, it } from 'vitest'
import { poolGroup } from '../../src/index.js'
import { collect } from '../../src/telemetry/prometheus/index.js'
import { hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

interface Dashboard {
  readonly panels: readonly {
    readonly id: number
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

const dashboard: Dashboard = JSON.parse(readFileSync('docs/grafana/statepool.json', 'utf8'))
const alerts = readFileSync('docs/grafana/alerts.yml', 'utf8')
const guide = readFileSync('docs/guides/prometheus.md', 'utf8')

const panelQueries = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => [title, expr] as const),
)
const alertQueries = [...alerts.matchAll(/alert: (\w+)\n\s+expr: (.+)/g)].map(
  ([, name = '', expr = '']) => [name, expr] as const,
)

interface Metric {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>
}

/** What a scrape has after every kind of thing happened: each series' name, with its labels and their values. */
const series = new Map<string, Map<string, Set<string>>>()
const metrics: Metric[] = []

beforeAll(async () => {
  const registry = new client.Registry<never>()
  const group = poolGroup({ max: 5 })
  const { pool, clock, database } = poolInSimulatedTime({
    min: 1,
    max: 1,
    group,
    lanes: { reports: { max: 1 } },
  })
  const stop = collect(pool, { client, registry })
  const ofHosts = hostsInSimulatedTime(1)
  collect(ofHosts.pool, { client, registry })
  await ofHosts.clock.advance(500)
  await clock.advance(100)
  database.kill((await pool.acquire()).connection)
  await clock.advance(200)
  for (const line of (await registry.metrics()).split('\n')) {
    const [, name, labels] = line.match(/^(\w+)\{(.*)\}/) ?? []
    if (name === undefined) continue
    const known = series.get(name) ?? new Map<string, Set<string>>()
    series.set(name, known)
    for (const [, label = '', value = ''] of labels?.matchAll(/(\w+)="(.*?)"/g) ?? [])
      known.set(label, (known.get(label) ?? new Set()).add(value))
  }
  for (const { name, type, help } of await registry.getMetricsAsJSON()) {
    const labels = series.get(name) ?? new Map()
    metrics.push({ name, type: String(type), help, labels })
  }
  stop()
  const closed = ofHosts.pool.close()
  await ofHosts.clock.advance(1_000)
  await closed
})

/** What is wrong with a query; empty if nothing is. */
function faultsOf(query: string): string[] {
  const faults: string[] = []
  const selectors = [...query.matchAll(/\b(statepool_\w+)(?:\{(.*?)\})?/g)]
  if (selectors.length === 0) faults.push('it names no metric')
  const grouped = [...query.matchAll(/by \((.*?)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/))
  for (const [, name = '', matchers = ''] of selectors) {
    const labels = series.get(name)
    if (labels === undefined) {
      faults.push(`there is no ${name}`)
      continue
    }
    for (const [, label = '', operator, value = ''] of matchers.matchAll(/(\w+)(=~|=)"(.*?)"/g)) {
      if (!labels.has(label)) faults.push(`${name} has no label ${label}`)
      else if (operator === '=' && !labels.get(label)?.has(value))
        faults.push(`${name} has no ${label}="${value}"`)
    }
    for (const label of grouped) if (!labels.has(label)) faults.push(`${name} has no label ${label}`)
  }
  if (count(query, '(') !== count(query, ')') || count(query, '{') !== count(query, '}'))
    faults.push('brackets')
  return faults
}

const count = (text: string, character: string): number => text.split(character).length

describe('each query', () => {
  it.each(panelQueries)('of the panel "%s" asks for what there is', (_, query) => {
    expect(faultsOf(query)).toEqual([])
  })

  it.each(alertQueries)('of the alert %s asks for what there is', (_, query) => {
    expect(faultsOf(query)).toEqual([])
  })

  it.each([
    'statepool_nothing',
    'statepool_connections{colour="red"}',
    'statepool_health{status="well"}',
    'sum by (reason) (statepool_connections)',
    'up',
    'sum (statepool_connections',
  ])('would be found wrong if it were %s', query => {
    expect(faultsOf(query)).not.toEqual([])
  })
})

it('the dashboard shows every metric, and lets one choose pools by a label that exists', () => {
  const all = panelQueries.map(([, query]) => query).join('\n')
  const missing = metrics.map(({ name }) => name).filter(name => !all.includes(name))
  expect(missing).toEqual(['statepool_connections_min'])
  expect(dashboard.templating.list.map(({ definition }) => definition)).toContain(
    'label_values(statepool_connections_max, pool)',
  )
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
})

it('the guide names each alert, and has each metric in its table', () => {
  for (const [name] of alertQueries) expect(guide).toContain(`\`${name}\``)
  const rows = metrics.map(({ name, type, help, labels }) => {
    const own = [...labels.keys()].filter(label => label !== 'pool').map(label => `\`${label}\``)
    return `| \`${name}\` | ${type} | ${own.join(', ')} | ${help} |`
  })
  const [, table = ''] = guide.match(/<!-- metrics:start -->([\s\S]*?)<!-- metrics:end -->/) ?? []
  expect(table.trim().split('\n').slice(2)).toEqual(rows)
})
