// The picture of the dashboard shows what its queries give: they are evaluated as Prometheus evaluates them, and it has all panels.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { evaluate, type Scrapes, type Series } from '../../scripts/dashboard/promql.js'

const buckets = (le: string, values: number[]): Series => ({
  name: 'wait_seconds_bucket',
  labels: { pool: 'orders', le },
  values,
})
const scrapes: Scrapes = {
  step: 5,
  window: 2,
  series: [
    { name: 'asks_total', labels: { pool: 'orders', outcome: 'granted' }, values: [0, 10, 40] },
    { name: 'asks_total', labels: { pool: 'reports', outcome: 'granted' }, values: [0, 0, 10] },
    { name: 'asks_total', labels: { pool: 'orders', outcome: 'refused' }, values: [5, 5, 7] },
    buckets('0.1', [0, 0, 50]),
    buckets('0.5', [0, 0, 100]),
    buckets('+Inf', [0, 0, 100]),
  ],
}
const values = (query: string) => evaluate(query, scrapes, 2).map(({ labels, value }) => [labels, value])

it('a rate is by the second, an increase is over the interval, and sums keep the labels that they are by', () => {
  expect(values('sum by (outcome) (rate(asks_total{pool=~"$pool"}[$__rate_interval]))')).toEqual([
    [{ outcome: 'granted' }, 5],
    [{ outcome: 'refused' }, 0.2],
  ])
  expect(values('sum (increase(asks_total{outcome="refused"}[$__rate_interval]))')).toEqual([[{}, 2]])
  expect(values('max by (pool) (asks_total{outcome="granted"})')).toEqual([
    [{ pool: 'orders' }, 40],
    [{ pool: 'reports' }, 10],
  ])
})

it('a quantile lies within its bucket, as if all were spread evenly in it', () => {
  const wait = 'sum by (le) (rate(wait_seconds_bucket{pool=~"$pool"}[$__rate_interval]))'
  expect(values(`histogram_quantile(0.25, ${wait})`)).toEqual([[{}, 0.05]])
  expect(values(`histogram_quantile(0.75, ${wait})`)[0]?.[1]).toBeCloseTo(0.3)
})

it('refuses what it does not know, instead of drawing something else', () => {
  expect(() => values('avg(asks_total{pool="orders"})')).toThrow('This is not known here')
})

it.each(['light', 'dark'])('the %s picture has every panel of the dashboard', theme => {
  const { panels } = JSON.parse(readFileSync('docs/grafana/statepool.json', 'utf8'))
  const picture = readFileSync(`docs/images/dashboard-${theme}.svg`, 'utf8')
  const titles = panels.map(({ title }: { title: string }) => title)
  expect(titles.length).toBeGreaterThan(5)
  expect(titles.filter((title: string) => !picture.includes(`>${title}</text>`))).toEqual([])
})
