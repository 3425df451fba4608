// `npm run simulate:fleet`: whole fleets in simulated time, one from each seed, and what the database counts checked after every event. Prints the first that
// goes wrong.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import pc from 'picocolors'
import { shortStoryOf, storyOf } from '../../support/simulated-fleet/stories.js'
import { type Story, simulateFleet, type Told } from '../../support/simulated-fleet/world.js'
import { wholeFrom } from '../../support/whole-number.js'

interface Options {
  seeds: number
  from: number
  workers: number
  processes?: number
  connections?: number
  seconds: number
  floor?: number
  outage?: number
  short?: true
}

if (process.env.FLEET_WORKER === undefined)
  await main(
    new Command('npm run simulate:fleet --')
      .description(
        'Simulates fleets of processes that share a budget, with outages, partitions, pauses, skewed clocks, crashes and deploys.',
      )
      .option('--seeds <n>', 'how many fleets', wholeFrom(1), 1_000)
      .option('--from <seed>', 'the first seed', wholeFrom(0), 1)
      .option('--workers <n>', 'processes that share the work', wholeFrom(1), 2)
      .option('--processes <n>', 'processes of each fleet (default: 2 to 10, by the seed)', wholeFrom(1))
      .option(
        '--connections <n>',
        'connections that they share (default: 1 to 13, by the seed)',
        wholeFrom(1),
      )
      .option(
        '--floor <n>',
        'connections of each process while the engine is away (default: 1)',
        wholeFrom(0),
      )
      .option(
        '--outage <second>',
        'when the engine goes away for two times to live (default: by chance)',
        wholeFrom(0),
      )
      .option('--short', 'fleets of 2 to 5 processes with eight seconds of faults: ten in the time of one')
      .option('--seconds <n>', 'for how long faults come, in simulated seconds', wholeFrom(1), 60)
      .parse()
      .opts<Options>(),
  )
else serve()

/** A process that lives the stories it is sent. */
function serve(): void {
  Error.stackTraceLimit = 0
  process.on('message', async (story: Story) => {
    const told = await simulateFleet({
      ...story,
      onSecond: second => void process.send?.({ second }),
    })
    process.send?.({ told })
  })
}

async function main(options: Options): Promise<void> {
  const { seeds, from, workers, seconds } = options
  const end = from + seeds
  const started = performance.now()
  const isLong = seeds < 4
  const bar = new SingleBar({
    format: isLong ? '{bar} {value}/{total} simulated seconds' : '{bar} {value}/{total} fleets, {eta} s left',
    clearOnComplete: true,
    barsize: 24,
    noTTYOutput: false,
  })
  if (process.stderr.isTTY) bar.start(isLong ? seeds * (seconds + 30) : seeds, 0)
  const all: { story: Story; told: Told }[] = []
  let next = from
  const lost = () => all.some(({ told }) => told.broken !== undefined)
  await Promise.all(
    Array.from({ length: Math.min(workers, seeds) }, async () => {
      const worker = fork(fileURLToPath(import.meta.url), {
        execArgv: ['--import', 'tsx', '--max-old-space-size=8000', '--max-semi-space-size=32'],
        env: { ...process.env, FLEET_WORKER: '1' },
      })
      while (next < end && !lost()) {
        const seed = next++
        const story = options.short ? shortStoryOf(seed) : storyOf(seed, options)
        const told = await ask(worker, story, () => {
          if (isLong) bar.increment()
        })
        all.push({ story, told })
        if (!isLong) bar.increment()
      }
      worker.disconnect()
    }),
  )
  bar.stop()
  report(all, (performance.now() - started) / 1_000)
}

function report(all: readonly { story: Story; told: Told }[], took: number): void {
  const sum = (of: (told: Told) => number): string =>
    count(all.reduce((total, { told }) => total + of(told), 0))
  const faults: Record<string, number> = {}
  for (const { told } of all)
    for (const [fault, times] of Object.entries(told.faults)) faults[fault] = (faults[fault] ?? 0) + times
  const broken = all.filter(({ told }) => told.broken !== undefined)
  for (const { story, told } of broken) console.log(`${pc.red('✗')} seed ${story.seed}: ${told.broken}`)
  const processes = count(all.reduce((total, { story }) => total + story.processes, 0))
  const verdict =
    broken.length === 0 ? pc.green('✓ none broke the bound') : pc.red(`✗ ${broken.length} broke it`)
  console.log(`${count(all.length)} fleets of ${processes} processes in ${took.toFixed(1)} s: ${verdict}`)
  const over = Math.max(...all.map(({ told }) => told.over))
  console.log(
    pc.dim(
      `${sum(({ events }) => events)} events checked, ${sum(({ reports }) => reports)} reports, ${sum(({ served }) => served)} callers served; at most ${over} connections more than the budget, all explained by the bound`,
    ),
  )
  const list = Object.entries(faults).map(([fault, times]) => `${fault} ${count(times)}`)
  console.log(pc.dim(`faults: ${list.join(', ')}`))
  if (broken.length > 0) process.exitCode = 1
}

function ask(worker: ChildProcess, story: Story, onSecond: () => void): Promise<Told> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`The process that simulated seed ${story.seed} died.`))
    const hear = (message: unknown): void => {
      const { told } = message as { told?: Told }
      if (told === undefined) {
        onSecond()
        return
      }
      worker.off('exit', died)
      worker.off('message', hear)
      resolve(told)
    }
    worker.once('exit', died)
    worker.on('message', hear)
    const { onSecond: _, ...plain } = story
    worker.send(plain)
  })
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en')
}
