// `npm run simulate`: lives many lives of a pool in simulated time, one from each seed, and prints the first that goes wrong.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import pc from 'picocolors'
import { wholeFrom } from '../../support/whole-number.js'
import type { Assignment, Told } from './worker.js'

interface Options {
  seeds: number
  from: number
  workers: number
  steps?: number
  keepGoing?: boolean
  sharing?: boolean
  mixes?: boolean
}

const options = new Command('npm run simulate --')
  .description(
    'Simulates whole lives of a pool, checks every invariant after every event, and prints what breaks one.',
  )
  .option('--seeds <n>', 'how many lives', wholeFrom(1), 10_000)
  .option('--from <seed>', 'the first seed', wholeFrom(0), 1)
  .option('--workers <n>', 'processes that share the work', wholeFrom(1), 2)
  .option('--steps <n>', 'commands in each story, or statements in each mix (default 40)', wholeFrom(0))
  .option(
    '--sharing',
    'statements share connections in each of them, and each has a mix of statements, too: errors, BEGINs, cancels and losses',
  )
  .option('--mixes', 'the mixes of `--sharing` alone, without lives')
  .option('--keep-going', 'do not stop at the first seed that fails')
  .parse()
  .opts<Options>()

/** Seeds that a worker gets at a time: enough to be busy, few enough to share the work evenly. */
const batch = 100

await simulateAll(options)

async function simulateAll({
  seeds,
  from,
  workers,
  steps,
  keepGoing = false,
  sharing = false,
  mixes = false,
}: Options): Promise<void> {
  const end = from + seeds
  const started = performance.now()
  const view = showProgress(process.stderr, seeds)
  const sums = {
    ...{ lives: 0, events: 0, duration: 0, callers: 0, opened: 0 },
    ...{ statements: 0, answered: 0, failed: 0, givenUp: 0 },
  }
  const failures: { seed: number; message: string }[] = []
  let next = from
  await Promise.all(
    Array.from({ length: Math.min(workers, Math.ceil(seeds / batch)) }, async () => {
      const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
        execArgv: ['--import', 'tsx'],
      })
      try {
        while (next < end && (keepGoing || failures.length === 0)) {
          const first = next
          next = Math.min(end, first + batch)
          const told = await ask(worker, { from: first, to: next, steps, keepGoing, sharing, mixes })
          for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += told[name]
          failures.push(...told.failures)
          view.update(sums.lives)
        }
      } finally {
        worker.disconnect() // and it ends
      }
    }),
  )
  view.stop()
  const seconds = (performance.now() - started) / 1_000
  for (const { message } of failures) console.log(`${pc.red('✗')} ${message}\n`)
  const verdict =
    failures.length === 0 ? pc.green('✓ none broke an invariant') : pc.red(`✗ ${failures.length} failed`)
  console.log(
    `${count(sums.lives)} simulations from seed ${from} in ${seconds.toFixed(1)} s (${count(sums.lives / seconds)} a second): ${verdict}`,
  )
  console.log(
    pc.dim(
      sharing || mixes
        ? `${count(sums.statements)} statements in mixes: ${count(sums.answered)} answered, ${count(sums.failed)} failed by themselves or with their connection, ${count(sums.givenUp)} given up by their callers`
        : `${count(sums.events)} events checked, ${count(sums.duration / 3_600_000)} hours of simulated time, ${count(sums.callers)} callers, ${count(sums.opened)} connections`,
    ),
  )
  if (failures.length > 0) process.exitCode = 1
}

function ask(worker: ChildProcess, assignment: Assignment): Promise<Told> {
  return new Promise((resolve, reject) => {
    const died = () =>
      reject(new Error(`The process that simulated seeds ${assignment.from} to ${assignment.to} died.`))
    worker.once('exit', died)
    worker.once('message', told => {
      worker.off('exit', died)
      resolve(told as Told)
    })
    worker.send(assignment)
  })
}

function showProgress(
  stream: NodeJS.WriteStream,
  total: number,
): { update(done: number): void; stop(): void } {
  if (!stream.isTTY) return { update() {}, stop() {} }
  const started = performance.now()
  const bar = new SingleBar({
    format: '{bar} {value}/{total} seeds, {rate} a second, {eta} s left',
    stream,
    clearOnComplete: true,
    barsize: 24,
  })
  bar.start(total, 0, { rate: '–' })
  return {
    update: done => bar.update(done, { rate: count((done / (performance.now() - started)) * 1_000) }),
    stop: () => bar.stop(),
  }
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}
