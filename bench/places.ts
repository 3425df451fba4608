// `npx tsx bench/places.ts [processes]`: what an acquire and a release cost because something could be attached to the pool, while nothing is: the
// package against builds from which such a place is left out. With --write, the table goes into docs/performance.md.

import { execFile } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compile } from './compile.js'
import { number } from './report.js'
import { spreadOf } from './stat.js'
import { writePart } from './written.js'

const run = promisify(execFile)
const [given] = process.argv.slice(2).filter(argument => !argument.startsWith('--'))
const processes = Number(given ?? 15)

/** What is left out, and the folder of the build. */
const builds = [
  ['nothing', ''],
  ['nothing, in other processes', ''],
  ['the place of `pool.transitions`', 'taps'],
  ['the places of `events$`, telemetry and the tracing channel', 'observers'],
] as const

const compiled = await compile(['taps', 'observers'])
try {
  const folder = dirname(dirname(compiled.worker))
  const worker = join(folder, 'bench', 'places-worker.js')
  const times = builds.map((): number[] => [])
  for (let round = 0; round < processes; round++) {
    for (const [index, [, build]] of builds.entries()) {
      const { stdout } = await run(process.execPath, [worker, join(folder, build, 'dist/index.js')])
      times[index]?.push(JSON.parse(stdout) as number)
    }
  }
  const [whole = 0] = times.map(all => spreadOf(all).min)
  const table = [
    '| left out | ns per acquire + release | so it costs | median of the processes |',
    '|---|---:|---:|---:|',
    ...builds.map(([title], index) => {
      const { min, median } = spreadOf(times[index] ?? [])
      const cells = [title, min.toFixed(1), index === 0 ? '' : (whole - min).toFixed(1), number(median)]
      return `| ${cells.join(' | ')} |`
    }),
    '',
    `Node ${process.version}, one task, 10 connections. Of each build the fastest of ${processes} processes, which took turns; of each process the 5th percentile of 4,000 rounds of 500 acquires. The machine had a load of ${Math.round(loadavg()[0] ?? 0)} on ${cpus().length} processors.`,
  ].join('\n')
  console.log(table)
  if (process.argv.includes('--write'))
    await writePart(
      new URL('../docs/performance.md', import.meta.url),
      '<!-- places: written by `npx tsx bench/places.ts --write` -->',
      '<!-- end of places -->',
      table,
    )
} finally {
  await compiled.remove()
}
