// `npx tsx bench/places.ts [runs]`: what an acquire and a release cost because something could be attached to the pool, while nothing is: the
// package against builds from which such a place is left out. It counts the instructions that the processor carries out, in valgrind: they are the
// same however busy the machine is, so that one nanosecond shows, where clocks tell ten apart. With --write, the table goes into docs/performance.md.

import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { compile } from './compile.js'
import { spreadOf } from './stat.js'
import { writePart } from './written.js'

const run = promisify(execFile)
const [given] = process.argv.slice(2).filter(argument => !argument.startsWith('--'))
const runs = Number(given ?? 3)

/** What is left out, and the folder of the build. */
const builds = [
  ['nothing', ''],
  ['nothing, once more', ''],
  ['the place of `pool.transitions`', 'taps'],
  ['the places of `events$`, telemetry and the tracing channel', 'observers'],
] as const

/** Acquires of the two processes whose difference counts: all that V8 compiles is compiled before the fewer are done, and is in both. */
const fewer = 300_000
const more = 600_000

const compiled = await compile(['taps', 'observers'])
try {
  const folder = dirname(dirname(compiled.worker))
  const worker = join(folder, 'bench', 'places-worker.js')
  const log = join(folder, 'instructions.log')
  const counts = builds.map((): number[] => [])
  for (let seed = 1; seed <= runs; seed++) {
    for (const [index, [, build]] of builds.entries()) {
      const count = (acquires: number) =>
        countInstructions(log, seed, [worker, join(folder, build, 'dist/index.js'), String(acquires)])
      counts[index]?.push(((await count(more)) - (await count(fewer))) / (more - fewer))
    }
  }
  const { stdout } = await run(process.execPath, [worker, join(folder, 'dist/index.js')])
  const nanoseconds = Number(stdout)
  const whole = spreadOf(counts[0] ?? []).median
  const table = [
    '| left out | instructions per acquire + release | so it costs | in nanoseconds |',
    '|---|---:|---:|---:|',
    ...builds.map(([title], index) => {
      const { median, min, max } = spreadOf(counts[index] ?? [])
      const cost = whole - median
      const costs = index === 0 ? ['', ''] : [cost.toFixed(1), ((cost * nanoseconds) / whole).toFixed(2)]
      return `| ${[title, `${median.toFixed(1)} (${min.toFixed(1)} – ${max.toFixed(1)})`, ...costs].join(' | ')} |`
    }),
    '',
    `Node ${process.version}, one task, 10 connections, the system's clock replaced by one that stands still. Medians of ${runs} pairs of processes, each with seeds of its own for V8's hashes; beside them the least and the greatest. An acquire and a release took ${nanoseconds.toFixed(0)} ns outside valgrind: ${(whole / nanoseconds).toFixed(0)} instructions a nanosecond.`,
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

/** How many instructions the main thread of a Node process carries out. V8 compiles and collects in it, at the same places each time. */
async function countInstructions(log: string, seed: number, program: readonly string[]): Promise<number> {
  await run('valgrind', [
    ...['--tool=exp-bbv', '--bb-out-file=/dev/null', '--instr-count-only=yes', '--smc-check=all-non-file'],
    ...[
      `--log-file=${log}`,
      process.execPath,
      '--predictable',
      `--hash-seed=${seed}`,
      `--random-seed=${seed}`,
    ],
    ...program,
  ])
  const found = /Thread 1\n(?:.*\n)*?.*Total instructions: (\d+)/.exec(await readFile(log, 'utf8'))
  await rm(log)
  if (found === null) throw new Error('valgrind has told of no instructions.')
  return Number(found[1])
}
