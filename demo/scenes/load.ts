// Scene 5: many queries by many workers through ten connections, with percentiles.

import { build, type Histogram } from 'hdr-histogram-js'
import { count, duration, plural } from '../format.js'
import { share } from '../measure.js'
import type { Scene } from '../stage.js'

/** What the load is run on. */
const max = 10
/** Times are recorded in microseconds. */
const microseconds = 1_000
const percentiles = [50, 90, 99, 99.9]

export const load: Scene = {
  title: 'A load',
  shows: 'A few connections serve many workers, and no query costs a connection.',

  async play(stage) {
    const { terminal } = stage
    const { queries, workers } = stage.load
    await using pool = stage.open(stage.database, { min: max, max })
    await pool.ready()
    terminal.step(
      `${queries === 1 ? '1 query' : `${count(queries)} queries`} by ${plural(workers, 'worker')} through ${max} connections; each answer is checked`,
    )
    terminal.stats(pool.stats())

    const waits = newHistogram()
    const times = newHistogram()
    let done = 0
    const progress = terminal.progress('load', queries)
    const start = performance.now()
    const perSecond = (): string => `${count(done / ((performance.now() - start) / 1_000))} queries/s`
    await share(queries, workers, async number => {
      const asked = performance.now()
      const lease = await pool.acquire()
      const got = performance.now()
      try {
        const { rows } = await lease.connection.query('select $1::int * 2 as double', [number])
        if (rows[0].double !== number * 2) throw new Error(`Query ${number} got the answer of another.`)
      } finally {
        lease.release()
      }
      waits.recordValue(Math.round((got - asked) * microseconds))
      times.recordValue(Math.round((performance.now() - got) * microseconds))
      done++
      if (done % 100 === 0 || done === queries) progress.update(done, perSecond())
    })
    const took = performance.now() - start
    progress.end()

    const { opened, acquired } = pool.stats()
    terminal.table(
      ['', ...percentiles.map(percentile => `p${percentile}`), 'max'],
      [
        ['wait for a connection', ...summary(waits)],
        ['query', ...summary(times)],
      ],
    )
    const throughput = (queries / took) * 1_000
    terminal.step(`throughput: ${count(throughput)} queries a second for ${duration(took)}`)
    terminal.step(`connections created: ${opened}; leases granted: ${count(acquired)}; wrong answers: 0`)
    terminal.stats(pool.stats())
    terminal.lesson(
      `${plural(opened, 'connection')} did what would have taken ${count(queries)} without a pool. Who found none free waited in line: ${duration(waits.getValueAtPercentile(50) / microseconds)} in the middle.`,
    )
    stage.findings.push({
      what: `Connections opened for ${count(queries)} queries`,
      without: count(queries),
      pooled: count(opened),
      ratio: `${count(queries / opened)}×`,
    })
  },
}

const newHistogram = (): Histogram =>
  build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  })

const summary = (histogram: Histogram): string[] => [
  ...percentiles.map(percentile => duration(histogram.getValueAtPercentile(percentile) / microseconds)),
  duration(histogram.maxValue / microseconds),
]
