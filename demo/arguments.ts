// The command line of the demo: what can be asked for, and what is refused.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { postgres } from '../src/db/pg/driver/postgres.js'
import { hidePasswords } from './secrets.js'

/** The names by which scenes are asked for, in the order of the show. */
export const sceneNames = ['acquire', 'use', 'workers', 'exhaustion', 'load', 'pooling'] as const
export type SceneName = (typeof sceneNames)[number]

export interface DemoArguments {
  /** The database to use; undefined = a PostgreSQL of the demo's own. */
  readonly url: string | undefined
  readonly queries: number
  readonly workers: number
  /** The port of the page that shows a pool under load instead of the scenes; undefined = the scenes. 0 = any free one. */
  readonly serve: number | undefined
  /** Which scenes to show. */
  readonly scenes: readonly SceneName[]
}

/** Says that the command line was not understood, as `grep` and `git` do. */
const misuse = 2

const examples = `
Scenes:
  acquire     borrow a connection and give it back
  use         never forget to give it back
  workers     six workers share three connections
  exhaustion  what happens when none is free
  load        many queries by many workers, measured
  pooling     what pooling buys, measured

Examples:
  npm start
  npm start -- --only load --queries 100000 --workers 200
  npm start -- --serve
  npm start -- --url postgres://me:secret@localhost:5432/mydb

Nothing is written into the database behind --url: the demo only selects, and uses temporary tables.`

/** Reads the command line; ends the process after `--help` (0) and after a mistake (2). */
export function parseArguments(argv: readonly string[]): DemoArguments {
  const command: Command = new Command('npm start --')
    .description('Shows the connection pool at work on a real PostgreSQL, which it starts by itself.')
    .usage('[options]')
    .option('--url <url>', 'use this database instead (postgres://user:password@host:port/database)', value =>
      checkUrl(value, problem => command.error(`error: option '--url <url>' cannot be used: ${problem}`)),
    )
    .option('--queries <n>', 'how many queries the load runs (1 to 10,000,000)', integer(10_000_000), 20_000)
    .option('--workers <n>', 'how many workers run them (1 to 10,000)', integer(10_000), 50)
    .addOption(new Option('--only <scene...>', 'show only these scenes').choices(sceneNames))
    .option(
      '--serve [port]',
      'instead of the scenes, a pool under load to look at in a browser, with switches for what goes wrong',
      integer(65_535, 0),
    )
    .addHelpText('after', examples)
    .configureOutput({ writeErr: text => process.stderr.write(hidePasswords(text)) })
    .showHelpAfterError('Try: npm start -- --help')
    .exitOverride()
  try {
    command.parse(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exit(error.exitCode === 0 ? 0 : misuse)
  }
  const { url, queries, workers, only, serve } = command.opts<{
    url?: string
    queries: number
    workers: number
    only?: SceneName[]
    serve?: number | true
  }>()
  const port = serve === true ? 0 : serve
  return {
    url,
    queries,
    workers,
    serve: port,
    scenes: sceneNames.filter(name => only?.includes(name) ?? true),
  }
}

/** Commander quotes an argument that it refuses, and this one may have a password in it: so this has messages of its own. */
function checkUrl(value: string, refuse: (problem: string) => never): string {
  const form = 'It must look like postgres://user@host:5432/database.'
  if (!/^postgres(ql)?:\/\//.test(value)) {
    refuse(`it does not begin with postgres://, and the demo speaks PostgreSQL only.\n${form}`)
  }
  try {
    postgres(value)
    return value
  } catch {
    return refuse(
      `it is not a valid URL.\n${form} Special characters in the user's name and the password are written as %40 (for @) and so on.`,
    )
  }
}

function integer(most: number, least = 1): (value: string) => number {
  return value => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    throw new InvalidArgumentError(`It must be an integer from ${least} to ${most.toLocaleString('en-US')}.`)
  }
}
