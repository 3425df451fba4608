// `npx tsx bench/telemetry.ts [observer …]`: what an acquire and a release cost while the pool is observed. Five processes for each way,
// one after the other in turns; with --write, the table goes into docs/performance.md.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compile } from './compile.js'
import { observers } from './observers.js'
import { number } from './report.js'
import { ratioOf, spreadOf } from './stat.js'

const run = promisify(execFile)
const processes = 5

const chosen = process.argv.slice(2).filter(argument => !argument.startsWith('--'))
const [reference = 'none', ...others] = Object.keys(observers)
const names = [reference, ...others.filter(name => chosen.length === 0 || chosen.includes(name))]

const compiled = await compile()
try {
  const worker = join(dirname(compiled.worker), 'telemetry-worker.js')
  const times = new Map<string, number[]>(names.map(name => [name, []]))
  for (let round = 0; round < processes; round++) {
    for (const name of names) {
      const { stdout } = await run(process.execPath, [worker, name])
      times.get(name)?.push(spreadOf(JSON.parse(stdout) as number[]).median)
    }
  }
  const base = times.get(reference) ?? []
  const table = [
    '| attached | ns of CPU per acquire + release | × | |',
    '|---|---:|---:|---|',
    ...names.map(name => {
      const own = times.get(name) ?? []
      const { median, min, max } = spreadOf(own)
      const ratio = ratioOf(own, base)
      return `| ${observers[name]?.title} | ${number(median)} | ${number(ratio.median)} | ${number(min)} – ${number(max)} |`
    }),
    '',
    `Node ${process.version}, one task, 10 connections, ${processes} processes each, the medians; the machine had a load of ${Math.round(loadavg()[0] ?? 0)} on ${cpus().length} processors.`,
  ].join('\n')
  console.log(table)
  if (process.argv.includes('--write')) await write(table)
} finally {
  await compiled.remove()
}

/** @throws Error when the page has no place for the table. */
async function write(table: string): Promise<void> {
  const page = new URL('../docs/performance.md', import.meta.url)
  const begin = '<!-- telemetry: written by `npx tsx bench/telemetry.ts --write` -->'
  const end = '<!-- end of telemetry -->'
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${page.pathname} has no "${begin}" … "${end}".`)
  await writeFile(page, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`)
}
