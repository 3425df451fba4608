// `npm run chaos`: a real PostgreSQL, and the network before it, on their worst days; and what of it reaches the app. See docs/chaos.md.

import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import pc from 'picocolors'
import { showProgress } from '../support/progress.js'
import { contenders } from './contenders/index.js'
import { describeComplaints, describeRows, jsonOf } from './report.js'
import { run } from './run.js'
import { scenarios } from './scenarios/index.js'

interface Options {
  only?: string[]
  pool: string
  json?: string
  docs?: boolean
  list?: boolean
}

const names = scenarios.map(({ name }) => name)

const options = new Command('npm run chaos --')
  .description(
    'Breaks a real PostgreSQL, and the network before it, under load, and shows what reaches the app.',
  )
  .option('--only <scenarios>', `some of: ${names.join(', ')}`, listOf(names))
  .addOption(
    new Option('--pool <pool>', 'which pool; other ones than statepool are shown, and cannot fail the run')
      .choices(Object.keys(contenders))
      .default('statepool'),
  )
  .option('--json <file>', 'write all figures')
  .addOption(new Option('--docs', 'put the table into docs/chaos.md').conflicts('only'))
  .option('--list', 'tell what the scenarios are, and end')
  .parse()
  .opts<Options>()

if (options.list) for (const { name, title } of scenarios) console.log(`${name.padEnd(18)}${title}`)
else await main(options)

async function main({ only, pool, json, docs }: Options): Promise<void> {
  const chosen = scenarios.filter(({ name }) => only === undefined || only.includes(name))
  const contender = contenders[pool]
  if (contender === undefined) throw new Error(`There is no pool ${pool}.`)
  const view = showProgress(process.stderr, (what, done, steps) => `${done + 1}/${steps} ${what}`)
  const stopping = stopOnSignals()
  try {
    const rows = await run(chosen, contender, stopping.signal, ({ name, title }, place) =>
      view.step(`${name}: ${title}`, place, chosen.length),
    )
    view.clear()
    console.log(pc.bold(`What reached the app: ${contender.name}, 20 workers, max 10`))
    console.log(describeRows(rows, contender.asserted))
    const complaints = describeComplaints(rows)
    if (complaints !== '') console.log(complaints)
    if (json !== undefined) await writeFile(json, jsonOf(rows))
    if (docs === true) {
      const { writeDocs } = await import('./docs.js')
      await writeDocs(rows, contender.name)
    }
    if (contender.asserted && complaints !== '') process.exitCode = 1
  } catch (error) {
    view.clear()
    if (!stopping.signal.aborted) throw error
    console.error('Stopped; the servers are stopped too.')
  }
  // What a pool that is not ours leaves behind must not keep the run from ending.
  process.exit(stopping.signal.aborted ? stopping.exitCode : process.exitCode)
}

/** Ctrl-C and its kin end the scenario that is being played, and all that it has started. */
function stopOnSignals(): { readonly signal: AbortSignal; readonly exitCode: number } {
  const controller = new AbortController()
  let exitCode = 1
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(name, () => {
      exitCode = code
      controller.abort(new Error(`Stopped by ${name}.`))
    })
  }
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
  }
}

function listOf(known: readonly string[]): (value: string) => string[] {
  return value =>
    value.split(',').map(part => {
      const name = part.trim()
      if (!known.includes(name))
        throw new InvalidArgumentError(`There is no ${name}. Known: ${known.join(', ')}.`)
      return name
    })
}
