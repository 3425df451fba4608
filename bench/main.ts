// `npm run bench`: measures statepool against other pools, and says which of its targets it reaches. See docs/performance.md.

import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { dirname, resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import pc from 'picocolors'
import { hasMariadb, startMariadb } from '../support/mariadb-server.js'
import { startPostgres } from '../support/postgres-server.js'
import { showProgress } from '../support/progress.js'
import { wholeFrom } from '../support/whole-number.js'
import { compile } from './compile.js'
import { contest } from './contest.js'
import { peerNames } from './peers/index.js'
import { describeNoise, describeResult, describeVerdicts } from './report.js'
import { isUnclear, type Result, resultOf, rowsOf } from './result.js'
import type { Plan } from './scenario.js'
import { scenarios } from './scenarios/index.js'

interface Options {
  quick?: boolean
  only?: string[]
  peers?: string[]
  rounds?: number
  roundTime?: number
  json?: string
  chart?: boolean
  profile?: string
}

const options = new Command('npm run bench --')
  .description('Measures statepool against other pools; every value is a median over interleaved rounds.')
  .option('--quick', 'less of everything: 3 short rounds, within a minute')
  .option(
    '--only <scenarios>',
    `some of: ${Object.keys(scenarios).join(', ')}`,
    listOf(Object.keys(scenarios)),
  )
  .option('--peers <peers>', `some of: ${peerNames.join(', ')}`, listOf(peerNames))
  .option(
    '--rounds <n>',
    'exactly so many rounds for each peer and scenario (default 7, quick: 3; where 7 leave open whether a target is reached, up to 21)',
    wholeFrom(1),
  )
  .option(
    '--round-time <ms>',
    'how long a round takes, where that can be chosen (default 200, quick: 40)',
    wholeFrom(1),
  )
  .option('--json <file>', 'write [{ scenario, peer, unit, median, min, max, rounds }]', fileToWrite)
  .option('--chart', 'draw the curves into docs/bench, and put the tables into docs/performance.md')
  .option('--profile <folder>', 'write a CPU profile of each measured process; costs some per cent')
  .parse()
  .opts<Options>()

await run(options)

async function run({
  quick = false,
  only,
  peers = [...peerNames],
  json,
  chart,
  profile,
  ...wanted
}: Options): Promise<void> {
  const chosen = Object.values(scenarios).filter(({ name, curve }) =>
    only === undefined ? curve === undefined || chart === true : only.includes(name),
  )
  const profiles = profile === undefined ? undefined : resolve(profile)
  const view = showProgress(process.stderr, startOfScenario())
  const compiled = await compile()
  let postgres: Awaited<ReturnType<typeof startPostgres>> | undefined
  let mariadb: Awaited<ReturnType<typeof startMariadb>> | undefined
  const cleanUp = async () => {
    await Promise.all([postgres?.stop(), mariadb?.stop(), compiled.remove()])
  }
  process.once('SIGINT', () => void cleanUp().then(() => process.exit(130)))
  try {
    if (chosen.some(scenario => scenario.needsPostgres)) {
      postgres = await startPostgres({ settings: { max_connections: 200 } })
    }
    if (chosen.some(scenario => scenario.needsMariadb) && (await hasMariadb())) mariadb = await startMariadb()
    const plan: Plan = {
      quick,
      rounds: wanted.rounds ?? (quick ? 3 : 7),
      roundTime: wanted.roundTime ?? (quick ? 40 : 200),
      ...(postgres !== undefined && { connectionString: postgres.connectionString }),
      ...(mariadb !== undefined && {
        mariadb: `mysql://${mariadb.user}@${mariadb.host}:${mariadb.port}/mysql`,
      }),
    }
    const mayRepeat = !quick && wanted.rounds === undefined // what was asked for is what is done
    const results: Result[] = []
    for (const scenario of chosen) {
      const contestants = scenario.contestants(peers, plan)
      if (scenario.needsMariadb && mariadb === undefined) {
        console.log(
          pc.dim(
            `${scenario.title}: skipped, as there is no MariaDB here (mariadbd; Debian: mariadb-server).\n`,
          ),
        )
        continue
      }
      if (contestants.length === 0) {
        console.log(pc.dim(`${scenario.title}: none of these peers takes part (${peers.join(', ')}).\n`))
        continue
      }
      const outcome = await contest(
        scenario,
        contestants,
        plan,
        { worker: compiled.worker, profiles },
        view.step,
        outcome => mayRepeat && isUnclear(resultOf(scenario, outcome)),
      )
      view.clear()
      const result = resultOf(scenario, outcome)
      console.log(describeResult(result))
      results.push(result)
    }
    await publish(results, plan, json, chart)
  } finally {
    await cleanUp()
  }
}

async function publish(
  results: readonly Result[],
  plan: Plan,
  json?: string,
  chart?: boolean,
): Promise<void> {
  if (results.length > 0) console.log(describeVerdicts(results))
  const processors = cpus()
  console.log(
    pc.dim(
      `${plan.rounds} rounds or more; Node ${process.version}; ${processors.length} × ${processors[0]?.model ?? 'processor'}`,
    ),
  )
  console.log(pc.dim(describeNoise(results)))
  if (json !== undefined) await writeFile(json, `${JSON.stringify(rowsOf(results), null, 2)}\n`)
  if (chart === true) {
    const { drawDocs } = await import('./docs.js')
    await drawDocs(results, plan)
  }
}

/** A line for each scenario, with the time that has gone by. */
function startOfScenario(): (what: string, done: number, steps: number) => string | undefined {
  const start = performance.now()
  return (what, done, steps) => {
    if (done > 0) return undefined
    return `${((performance.now() - start) / 1_000).toFixed(1)} s, ${what.split(':')[0]}: ${steps} steps`
  }
}

/** Refused now and not after half an hour of measuring. */
function fileToWrite(value: string): string {
  const folder = dirname(resolve(value))
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new InvalidArgumentError(`There is no folder ${folder}.`)
  if (statSync(value, { throwIfNoEntry: false })?.isDirectory())
    throw new InvalidArgumentError('It is a folder, and not a file.')
  return value
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
