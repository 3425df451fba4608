// `npx tsx bench/overload.ts`: a pool with three times as many callers as it can serve, in simulated time, with the option `shed` and without: the
// figures of docs/guides/overload.md, and its plot.
import { writeFile } from 'node:fs/promises'
import * as charts from 'echarts'
import { simulated } from '../src/db/simulated/index.js'
import { createPool, type PoolOptions } from '../src/index.js'
import { createSimulatedClock } from '../src/testing/index.js'
import { type Asked, openLoop, quantile, waitsOf } from '../test/support/open-loop.js'

const max = 5
const holds = 25
const capacity = (max * 1_000) / holds
const shed = { target: 50, interval: 500 }
const second = 1_000

async function live(
  options: PoolOptions,
  share: number,
  minutes: readonly [number, number],
): Promise<Asked[]> {
  const clock = createSimulatedClock()
  const driver = simulated({ clock, unhealthyRate: 0 })
  const pool = createPool(driver, {
    clock,
    min: max,
    max,
    validateAfter: false,
    acquireTimeout: 5_000,
    ...options,
  })
  await clock.advance(second)
  const [from, until] = minutes
  const loads = [
    { perSecond: 0.7 * capacity, holds, until: until + 10 * second },
    { perSecond: (share - 0.7) * capacity, holds, from, until },
  ]
  const asked = await openLoop(pool, clock, loads)
  await Promise.all([pool.close(), clock.advance(10 * second)])
  return asked
}

const round = (value: number): string => Math.round(value).toLocaleString('en-US')

function row(name: string, asked: readonly Asked[], from: number, until: number): string {
  const during = asked.filter(({ at }) => at >= from && at < until)
  const { served, refused } = waitsOf(during)
  const goodput = asked.filter(
    ({ at, waited = 0, refused }) => refused === undefined && at + waited >= from && at + waited < until,
  ).length
  const cells = [
    name,
    `${((100 * goodput) / (capacity * ((until - from) / second))).toFixed(1)} %`,
    ...[0.5, 0.99].map(share => `${round(quantile(served, share))} ms`),
    ...[0.5, 0.99, 1].map(share => `${round(quantile(refused, share))} ms`),
  ]
  return `| ${cells.join(' | ')} |`
}

const runs = { 'with shed': { shed }, 'without shed': {} } as const

console.log(
  '| three times the load, for a minute | served, of capacity | wait of the served, median | p99 | wait of the refused, median | p99 | longest |',
)
console.log('|---|---|---|---|---|---|---|')
for (const [name, options] of Object.entries(runs))
  console.log(row(name, await live(options, 3, [5 * second, 65 * second]), 5 * second, 65 * second))

const colours = { 'with shed': '#2f6fde', 'without shed': '#c9622d' } as const
const times: [number, number] = [5 * second, 20 * second]
const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 340 })
chart.setOption({
  animation: false,
  backgroundColor: '#ffffff',
  title: {
    text: 'How long callers waited who got a connection (three times the load from 5 s to 20 s)',
    left: 12,
    top: 8,
    textStyle: { fontSize: 13, color: '#3a4150' },
  },
  legend: { top: 34, right: 24, data: Object.keys(runs) },
  grid: { left: 70, right: 24, top: 64, bottom: 44 },
  xAxis: { type: 'value', min: 0, max: 30, name: 'seconds', nameLocation: 'middle', nameGap: 26 },
  yAxis: { type: 'log', min: 1, max: 10_000, name: 'ms', nameTextStyle: { align: 'right' } },
  series: await Promise.all(
    Object.entries(runs).map(async ([name, options]) => ({
      name,
      type: 'line',
      showSymbol: false,
      lineStyle: { width: 2 },
      color: colours[name as keyof typeof colours],
      data: medians(await live(options, 3, times)),
    })),
  ),
})
await writeFile(new URL('../docs/images/overload.svg', import.meta.url), `${chart.renderToSVGString()}\n`)
chart.dispose()

/** The median wait of those who were served in each quarter of a second. */
function medians(asked: readonly Asked[]): [number, number][] {
  const width = 250
  const bins: number[][] = []
  for (const { at, waited = 0, refused } of asked) {
    if (refused !== undefined) continue
    const bin = Math.floor((at + waited) / width)
    bins[bin] ??= []
    bins[bin].push(waited)
  }
  return Array.from(bins, (waits = [], bin): [number, number] => [
    (bin * width) / second,
    Math.max(1, quantile(waits, 0.5)),
  ])
}
