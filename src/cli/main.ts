#!/usr/bin/env node
// `npx statepool`: charts, recordings and running pools from the command line.
import { parseArgs } from 'node:util'
import { messageOf } from '../core/wording.js'
import { announcements } from '../inspector/announcement.js'
import { type ChartOptions, chart, formats } from './chart.js'
import { addressIn, announcedAt, answers, hasToken, listOf } from './inspect.js'
import { contradictionsIn, recordingIn, summaryOf, writeTrace } from './replay.js'
import { type Command, commands, suggestion, UsageError, usage } from './usage.js'
import { writeOut } from './write-out.js'

const print = (text: string): void => void process.stdout.write(text)

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const served = { port: text, host: text } as const

const options = {
  chart: { format: text, out: text, export: text, theme: text },
  replay: { ...served, summary: flag, check: flag, perfetto: text },
  inspect: served,
} as const

interface Given {
  readonly target: string | undefined
  readonly values: Readonly<Record<string, string | boolean | undefined>>
}

const run: Readonly<Record<Command, (given: Given) => Promise<void>>> = {
  async chart({ target, values }) {
    const written = await chart(target, values as ChartOptions)
    const { out } = values as ChartOptions
    if (out === undefined) print(written)
    else {
      await writeOut(out, written)
      print(`Wrote ${out}.\n`)
    }
  },

  async replay({ target, values }) {
    if (target === undefined) throw new UsageError('replay needs the file of a recording.')
    const recording = await recordingIn(target)
    if (values.summary === true) print(summaryOf(recording))
    if (values.check === true) {
      const contradictions = contradictionsIn(recording)
      print(contradictions ?? 'The recording agrees with the statecharts.\n')
      if (contradictions !== undefined) process.exitCode = 1
    }
    if (typeof values.perfetto === 'string') print(await writeTrace(recording, values.perfetto, print))
    if (values.summary === undefined && values.check === undefined && values.perfetto === undefined)
      await show(target, values)
  },

  async inspect({ target, values }) {
    if (target === undefined) {
      print(listOf(announcements()))
      return
    }
    const url = announcedAt(target, announcements()) ?? addressIn(target)
    if (url === undefined) {
      await recordingIn(target)
      await show(target, values)
      return
    }
    if (!(await answers(url)))
      throw new UsageError(
        `No inspector answers at ${new URL(url).origin}. Start one in the application: await inspector(pool) of statepool/inspector.`,
      )
    print(`${url}\n`)
    if (!hasToken(url))
      print(
        'The page asks for a token, which is in the address that the application got from inspector(): (await inspector(pool)).url\n',
      )
  },
}

/** Serves the page with a recording until the process is interrupted. */
async function show(recording: string, { port, host }: Given['values']): Promise<void> {
  const { viewer } = await import('../inspector/index.js')
  const shown = await viewer({
    recording,
    ...(port === undefined ? undefined : { port: portIn(String(port)) }),
    ...(host === undefined ? undefined : { host: String(host) }),
  })
  print(`${shown.url}\nOpen it in a browser; press Ctrl+C to end.\n`)
  process.once('SIGINT', () => void shown.close())
}

function portIn(given: string): number {
  const port = Number(given)
  if (/^\d+$/.test(given) && port <= 65_535) return port
  throw new UsageError(
    `--port must be an integer from 0 (any free port) to 65535; got ${JSON.stringify(given)}.`,
  )
}

async function main([name, ...rest]: readonly string[]): Promise<void> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(usage.statepool)
    return
  }
  const command = commands.find(known => known === name)
  if (command === undefined)
    throw new UsageError(`There is no command ${JSON.stringify(name)}. ${suggestion(name, commands)}`)
  if (rest.includes('--help') || rest.includes('-h')) {
    print(usage[command])
    return
  }
  await run[command](parse(command, rest))
}

function parse(command: Command, args: readonly string[]): Given {
  const known = options[command]
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true })
    if (positionals.length > 1)
      throw new UsageError(
        `${command} takes one argument; got ${positionals.length}: ${positionals.join(' ')}.`,
      )
    return { target: positionals[0], values: values as Given['values'] }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const unknown = /^Unknown option '-*([^']*)'/.exec(messageOf(error))?.[1]
    const names = Object.keys(known).map(option => `--${option}`)
    if (command === 'chart' && formats.some(format => format === unknown))
      throw new UsageError(`chart has no option --${unknown}. Did you mean --format ${unknown}?`)
    throw new UsageError(
      unknown === undefined
        ? messageOf(error)
        : `${command} has no option --${unknown}. ${suggestion(`--${unknown}`, names)}`,
    )
  }
}

// Who reads has read enough: `statepool … | head`.
if (process.stdout.listenerCount('error') === 0)
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

main(process.argv.slice(2)).catch((error: unknown) => {
  const isExpected = error instanceof UsageError
  const { code } = error as NodeJS.ErrnoException
  process.stderr.write(`statepool: ${messageOf(error)}\n`)
  if (isExpected) process.stderr.write('Try: statepool --help\n')
  else if (code === undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  process.exitCode = isExpected ? 2 : 1
})
