// `npx tsx bench/telemetry.ts [observer …]`: what an acquire and a release cost while the pool is observed. In each process a pool that is
// observed and one that is not take turns; five processes for each way. With --write, the table goes into docs/performance.md.

import { execFile } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compile } from './compile.js'
import { observers } from './observers.js'
import { number } from './report.js'
import { ratioOf, spreadOf } from './stat.js'
import type { Rounds } from './telemetry-worker.js'
import { writePart } from './written.js'

const run = promisify(execFile)
const processes = 5

const chosen = process.argv.slice(2).filter(argument => !argument.startsWith('--'))
const names = Object.keys(observers).filter(name => chosen.length === 0 || chosen.includes(name))

const compiled = await compile()
try {
  const worker = join(dirname(compiled.worker), 'telemetry-worker.js')
  const told = new Map<string, Rounds[]>(names.map(name => [name, []]))
  for (let round = 0; round < processes; round++) {
    for (const name of names) {
      const { stdout } = await run(process.execPath, [worker, name])
      told.get(name)?.push(JSON.parse(stdout) as Rounds)
    }
  }
  const table = [
    '| attached | ns of CPU per acquire + release | beside it, without | × | |',
    '|---|---:|---:|---:|---|',
    ...names.map(name => {
      const all = told.get(name) ?? []
      const observed = spreadOf(all.map(one => spreadOf(one.observed).median)).median
      const bare = spreadOf(all.map(one => spreadOf(one.bare).median)).median
      const ratio = spreadOf(all.map(one => ratioOf(one.observed, one.bare).median))
      const cells = [observers[name]?.title, number(observed), number(bare), number(ratio.median)]
      return `| ${cells.join(' | ')} | ${number(ratio.min)} – ${number(ratio.max)} |`
    }),
    '',
    `Node ${process.version}, one task, 10 connections. × is the median of ${processes} processes, each the median of 15 pairs of rounds; beside it the least and the greatest process. The machine had a load of ${Math.round(loadavg()[0] ?? 0)} on ${cpus().length} processors.`,
  ].join('\n')
  console.log(table)
  if (process.argv.includes('--write'))
    await writePart(
      new URL('../docs/performance.md', import.meta.url),
      '<!-- telemetry: written by `npx tsx bench/telemetry.ts --write` -->',
      '<!-- end of telemetry -->',
      table,
    )
} finally {
  await compiled.remove()
}
