// npm run perfetto: whether Perfetto reads our traces, by its own parser: without an error, and with everything in its place.
// Without arguments, those of an outage and of simulated lives; else the files that are given (`statepool replay FILE --perfetto OUT` writes them).

import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recording } from '../../src/recorder/format.js'
import { perfettoTrace, type Trace } from '../../src/recorder/perfetto.js'
import { recordOutage } from '../../test/page/support/scenes.js'
import { lifeOf } from '../../test/recorder/lives.js'
import { readTrace } from './trace-processor.js'

const cache = join(tmpdir(), 'statepool-perfetto')

/** What is wrong with a trace as Perfetto has read it. */
async function faultsOf({ traceEvents }: Trace): Promise<string[]> {
  const read = await readTrace(cache, Buffer.from(JSON.stringify({ traceEvents })))
  try {
    const faults = (
      await read.query(
        "select name, severity, value from stats where value > 0 and severity in ('error', 'data_loss')",
      )
    ).map(({ name, severity, value }) => `${severity} ${name}: ${value}`)
    const expectCount = async (what: string, sql: string, count: number): Promise<void> => {
      const [row] = await read.query(sql)
      if (row?.count !== count) faults.push(`${what}: ${row?.count} were read, of ${count}`)
    }
    const of = (ph: string): number => traceEvents.filter(event => event.ph === ph).length
    const slices =
      "from slice join thread_track on slice.track_id = thread_track.id where category in ('life', 'lease', 'state')"
    await expectCount('slices', `select count(*) as count ${slices}`, of('X'))
    await expectCount(
      'waits',
      "select count(*) as count from slice where category = 'wait' and dur >= 0",
      of('b'),
    )
    await expectCount('reports', "select count(*) as count from slice where category = 'report'", of('i'))
    await expectCount(
      'lanes',
      'select count(*) as count from thread where tid > 0 and name is not null',
      of('M') - 1,
    )
    const figures = traceEvents.filter(({ ph }) => ph === 'C').flatMap(({ args }) => Object.keys(args ?? {}))
    await expectCount(
      'figures',
      'select count(*) as count from counter join counter_track on counter.track_id = counter_track.id',
      figures.length,
    )
    // A life contains its leases and states, a lease its states: nothing lies deeper, and nothing overlaps.
    for (const row of await read.query(
      `select category, min(depth) as low, max(depth) as high ${slices} group by category`,
    )) {
      const deepest = { life: 0, lease: 1, state: 2 }[String(row.category)] ?? -1
      if (Number(row.high) > deepest) faults.push(`${row.category} lies at depth ${row.high}`)
    }
    return faults
  } finally {
    read.close()
  }
}

async function* traces(): AsyncGenerator<readonly [string, Trace]> {
  const given = process.argv.slice(2)
  for (const file of given) yield [file, JSON.parse(await readFile(file, 'utf8'))]
  if (given.length > 0) return
  yield ['three minutes with an outage', perfettoTrace(await recordOutage())]
  for (const seed of [1, 5, 9, 14, 23, 42, 77, 99]) {
    const lives: readonly (readonly [string, Recording])[] = [
      [`life ${seed}`, await lifeOf(seed)],
      [`life ${seed}, the last ten transitions`, await lifeOf(seed, 10)],
    ]
    for (const [name, life] of lives) yield [name, perfettoTrace(life)]
  }
}

let wrong = 0
for await (const [name, trace] of traces()) {
  const faults = await faultsOf(trace)
  console.log(
    `${name}: ${faults.length === 0 ? `${trace.traceEvents.length} events, as they were written` : faults.join('; ')}`,
  )
  wrong += faults.length
}
process.exit(wrong === 0 ? 0 : 1)
