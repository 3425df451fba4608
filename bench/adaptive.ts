// `npx tsx bench/adaptive.ts`: a pool with the option `adaptive` on a database whose best size moves, in simulated time: the plot of
// docs/guides/adaptive-size.md. With --real, on a real PostgreSQL with work for its processors: throughput against that of fixed sizes, measured in turns.
import { writeFile } from 'node:fs/promises'
import * as charts from 'echarts'
import { postgres } from '../src/db/pg/index.js'
import { createPool, type PoolOptions } from '../src/index.js'
import { startPostgres } from '../support/postgres-server.js'
import { callers, type Knee } from '../test/support/knees.js'
import { poolInSimulatedTime } from '../test/support/pool-in-simulated-time.js'

const second = 1_000
if (process.argv.includes('--real')) await measure()
else await draw()

/** Rises to 12 connections and falls then; after a minute, to 6. */
async function draw(): Promise<void> {
  const knee: Knee = (n, at) => {
    const best = at < 60 * second ? 12 : 6
    return (40 * Math.min(n, best)) / (1 + 0.03 * Math.max(0, n - best))
  }
  const live = async (options: PoolOptions) => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 32, ...options })
    const points = []
    callers(pool, clock, knee, 40, 1)
    for (let at = 1, before = 0; at <= 120; at++) {
      await clock.advance(second)
      const { released, max } = pool.stats()
      points.push({ at, size: max, rate: released - before })
      before = released
    }
    return points
  }
  const adaptive = await live({ adaptive: true })
  const fixed = await live({})
  const line = (name: string, color: string, data: number[][], more: object = {}) => ({
    name,
    type: 'line',
    showSymbol: false,
    lineStyle: { width: 2 },
    color,
    data,
    ...more,
  })
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 420 })
  const axis = { type: 'value', min: 0, max: 120 }
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: {
      text: 'A database that is best with 12 connections, and with 6 after a minute',
      left: 12,
      top: 8,
      textStyle: { fontSize: 13, color: '#3a4150' },
    },
    legend: { top: 34, right: 24, data: ['adaptive', 'max 32'] },
    grid: [
      { left: 70, right: 24, top: 70, height: 170 },
      { left: 70, right: 24, top: 270, height: 100 },
    ],
    xAxis: [
      { ...axis, gridIndex: 0, axisLabel: { show: false } },
      { ...axis, gridIndex: 1, name: 'seconds', nameLocation: 'middle', nameGap: 26 },
    ],
    yAxis: [
      { type: 'value', gridIndex: 0, name: 'leases per second', nameTextStyle: { align: 'left' } },
      { type: 'value', gridIndex: 1, name: 'connections', nameTextStyle: { align: 'left' }, max: 32 },
    ],
    series: [
      line(
        'adaptive',
        '#2f6fde',
        adaptive.map(({ at, rate }) => [at, rate]),
      ),
      line(
        'max 32',
        '#c9622d',
        fixed.map(({ at, rate }) => [at, rate]),
      ),
      line(
        'size',
        '#2f6fde',
        adaptive.map(({ at, size }) => [at, size]),
        { xAxisIndex: 1, yAxisIndex: 1, step: 'end' },
      ),
    ],
  })
  await writeFile(new URL('../docs/images/adaptive.svg', import.meta.url), `${chart.renderToSVGString()}\n`)
  chart.dispose()
}

/** Fixed sizes in turns, and the adaptive pool between them, so that what else the machine does slows all of them. */
async function measure(): Promise<void> {
  const given = process.argv[process.argv.indexOf('--url') + 1]
  const server = process.argv.includes('--url') ? undefined : await startPostgres()
  const connectionString = server?.connectionString ?? given ?? ''
  const sql = 'select sum(i) from generate_series(1, 20000) i'
  const max = 24
  const pool = createPool(postgres({ connectionString }), {
    min: 1,
    max,
    adaptive: true,
    acquireTimeout: 60_000,
  })
  const rate = async (of: typeof pool, time: number): Promise<number> => {
    const end = performance.now() + time
    let served = 0
    const run = async () => {
      while (performance.now() < end) {
        await of.query(sql)
        if (performance.now() < end) served++
      }
    }
    await Promise.all(Array.from({ length: 40 }, run))
    return (1_000 * served) / time
  }
  try {
    await rate(pool, 30 * second)
    console.log('after 30 s:', pool.stats().adaptive, 'max', pool.stats().max)
    const sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24]
    const rates = new Map<number | 'adaptive', number>()
    for (let round = 0; round < 3; round++) {
      for (const size of sizes) {
        await using fixed = createPool(postgres({ connectionString }), {
          min: size,
          max: size,
          acquireTimeout: 60_000,
        })
        await fixed.ready()
        await rate(fixed, 300)
        rates.set(size, (rates.get(size) ?? 0) + (await rate(fixed, 2 * second)) / 3)
      }
      await rate(pool, 300)
      rates.set('adaptive', (rates.get('adaptive') ?? 0) + (await rate(pool, 4 * second)) / 3)
      console.log('round', round + 1, 'max', pool.stats().max)
    }
    for (const [size, value] of rates) console.log(String(size).padStart(8), Math.round(value))
    const best = Math.max(...sizes.map(size => rates.get(size) ?? 0))
    console.log('adaptive, of the best fixed size:', ((rates.get('adaptive') ?? 0) / best).toFixed(3))
  } finally {
    await pool.close()
    await server?.stop()
  }
}
