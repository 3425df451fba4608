// `npm run soak -- --minutes N`: load under faults in turn, and a look now and then at whether anything grows. See docs/chaos.md.

import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { watchCrashes } from '../chaos/crashes.js'
import { onPostgres } from './on-postgres.js'
import { onSimulated } from './on-simulated.js'
import type { Subject } from './subject.js'
import { countBound, heapBound, judge, kib, type Sample, strictHeapBound } from './verdict.js'

/** How long faults come one after the other, before the pools get some rest from them; in milliseconds. */
const trouble = 4_000
/** How long nothing goes wrong then: a pool whose connects have failed trusts its database again after five seconds. */
const calm = 6_000
/** Requests to cancel queries are repeated for so long after their connections have gone; in milliseconds. */
const settling = 1_200
/** So long may it take until the workers have finished what they do, once there are no faults; in milliseconds. */
const patience = 20_000

const { minutes, optimize } = new Command('npm run soak --')
  .description(
    'Load on pools of statepool under faults, on PostgreSQL and simulated; asserts that nothing grows.',
  )
  .option('--minutes <n>', 'how long; 2 at least', enoughToJudge, 10)
  .option(
    '--no-optimize',
    'runs without V8’s compilers, whose code grows with what they learn, to stricter bounds',
  )
  .parse()
  .opts<{ minutes: number; optimize: boolean }>()

const bound = optimize ? heapBound : strictHeapBound
if (!optimize) {
  for (const flag of ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation']) setFlagsFromString(flag)
}

const { gc } = globalThis
if (gc === undefined) throw new Error('Start it by npm run soak: node needs --expose-gc.')

const crashes = watchCrashes()
const stopping = new AbortController()
let exitCode = 0
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(name, () => {
    exitCode = code
    stopping.abort()
  })
}

const subjects = [await onPostgres(), await onSimulated()]
const complaints: string[] = []
try {
  await soak(subjects, gc)
} catch (error) {
  complaints.push(String(error))
} finally {
  for (const subject of subjects) {
    for (const [what, left] of Object.entries(await subject.close()))
      if (left > 0) complaints.push(`${subject.name}: ${left} × ${what} left after close`)
  }
}
if (stopping.signal.aborted) console.log('Stopped; the server is stopped too.')
else report()
process.exit(exitCode)

function report(): void {
  for (const { name, mistaken } of subjects)
    if (mistaken > 0) complaints.push(`${name}: ${mistaken} answers were somebody else's`)
  for (const error of crashes.crashes) complaints.push(`would have ended the process: ${error}`)
  for (const text of complaints) console.log(pc.red(text))
  console.log(complaints.length === 0 ? pc.green('Nothing has grown.') : pc.red('Failed.'))
  if (complaints.length > 0) exitCode = 1
}

async function soak(subjects: readonly Subject[], gc: () => void): Promise<void> {
  const start = performance.now()
  const end = start + minutes * 60_000
  const samples: Sample[] = []
  const struck: Record<string, number> = {}
  let lines = 0
  console.log(
    pc.dim(
      `${minutes} minutes; each pool has 20 workers and max 10; ${trouble / 1_000} s of faults, ${calm / 1_000} s without, a look, and so on`,
    ),
  )
  while (performance.now() < end && !stopping.signal.aborted) {
    await Promise.all(subjects.map(subject => faultsUntil(subject, performance.now() + trouble, struck)))
    await pause(calm, undefined, { signal: stopping.signal }).catch(() => {})
    for (const { name, workers } of subjects) {
      if (await workers.rest(patience)) continue
      complaints.push(`${name}: some workers were not served within ${patience} ms, without any fault`)
      return
    }
    samples.push(await look(subjects, start, gc))
    for (const { workers } of subjects) workers.goOn()
    const minute = Math.floor((performance.now() - start) / 60_000)
    if (minute > lines) {
      lines = minute
      console.log(line(subjects, samples))
    }
  }
  if (stopping.signal.aborted) return
  console.log(
    pc.dim(
      `faults: ${Object.entries(struck)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}`,
    ),
  )
  const verdict = judge(samples, bound)
  console.log(
    `heap: ${kib(verdict.heapGain)} from the first third to the last, ${kib(verdict.heapTrend)} in trend (at most ${kib(bound)}); counts: none by more than ${countBound}`,
  )
  complaints.push(...verdict.complaints)
}

/** One fault after the other, with a pause after each in which the pool recovers. */
async function faultsUntil(subject: Subject, end: number, struck: Record<string, number>): Promise<void> {
  const { faults, name } = subject
  while (performance.now() < end && !stopping.signal.aborted) {
    const done = struck[name] ?? 0
    await faults[done % faults.length]?.run()
    struck[name] = done + 1
    await pause(250)
  }
}

async function look(subjects: readonly Subject[], start: number, gc: () => void): Promise<Sample> {
  await pause(settling)
  gc()
  await turn() // finalizers run
  gc()
  const counts: Record<string, number> = {}
  for (const subject of subjects) {
    for (const [what, count] of Object.entries(subject.counts())) counts[`${subject.name} ${what}`] = count
  }
  return { at: (performance.now() - start) / 1_000, heap: process.memoryUsage().heapUsed, counts }
}

/** Machine code alone, in bytes; what belongs to it elsewhere in the heap is about as much again. */
function compiledCode(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name.startsWith('code_'))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0)
}

function line(subjects: readonly Subject[], samples: readonly Sample[]): string {
  const last = samples.at(-1)
  const work = subjects.map(
    ({ name, workers: { served, failed } }) =>
      `${name} ${served.toLocaleString('en-US')} served, ${failed.toLocaleString('en-US')} failed`,
  )
  const counts = Object.entries(last?.counts ?? {}).map(([what, count]) => `${what} ${count}`)
  return `${Math.round((last?.at ?? 0) / 60)} min · heap ${kib(last?.heap ?? 0)}, of it machine code ${kib(compiledCode())} · ${work.join(' · ')}\n  ${pc.dim(counts.join(', '))}`
}

/** There is a look every ten seconds, and it takes six after the warm-up to say whether anything grows. */
function enoughToJudge(value: string): number {
  const parsed = Number(value)
  if (!(Number.isFinite(parsed) && parsed >= 2))
    throw new InvalidArgumentError('It must be a number from 2: less gives too few samples to judge by.')
  return parsed
}
