// `npm run fleet`: many real processes share the connections of one PostgreSQL, under load, with kill -9 and a rolling restart, as a live table. See docs/guides/fleet.md.
import { Command } from 'commander'
import pc from 'picocolors'
import { wholeFrom } from '../support/whole-number.js'
import { runFleet, type View } from './run.js'
import { linesOf } from './table.js'

interface Options {
  processes: number
  connections: number
  callers: number
  pause?: number
  seconds: number
  redis?: string | true
  nats?: string | true
}

const options = new Command('npm run fleet --')
  .description(
    'Starts a PostgreSQL and many processes that share its connections, kills some, replaces all, and watches what the server sees. 200 processes take 12 GB of memory.',
  )
  .option('--processes <n>', 'how many', wholeFrom(2), 20)
  .option('--connections <n>', 'how many connections they share', wholeFrom(1), 50)
  .option('--callers <n>', 'callers in each process that ask all the time', wholeFrom(1), 4)
  .option(
    '--pause <ms>',
    'how long each of them pauses at most before it asks again (default: all together ask 50 times a second)',
    wholeFrom(0),
  )
  .option('--seconds <n>', 'how long each part lasts at least', wholeFrom(1), 10)
  .option(
    '--redis [url]',
    'Redis keeps the budget, and not PostgreSQL itself (default redis://127.0.0.1:6379)',
  )
  .option('--nats [url]', 'NATS with JetStream keeps the budget (default nats://127.0.0.1:4222)')
  .parse()
  .opts<Options>()

await main(options)

async function main({ redis, nats, ...options }: Options): Promise<void> {
  const { processes, callers } = options
  const all = processes * callers
  const plan = { ...options, pause: options.pause ?? 40 * all }
  const stream = process.stdout
  const live = stream.isTTY === true && process.env.TERM !== 'dumb'
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => stopping.abort(new Error(`Stopped by ${signal}.`)))
  let drawn = 0
  let last = { at: performance.now(), served: 0, rate: 0 }
  let said = ''
  const show = (view: View): void => {
    const now = performance.now()
    if (now - last.at >= 1_000) {
      const rate = Math.round(((view.served - last.served) * 1_000) / (now - last.at))
      last = { at: now, served: view.served, rate }
    }
    if (live) {
      const lines = linesOf(view, last.rate, Math.max(30, stream.columns || 80))
      stream.write(`${drawn > 0 ? `\x1b[${drawn}A\x1b[J` : ''}${lines.join('\n')}\n`)
      drawn = lines.length
    } else if (view.part !== said) {
      said = view.part
      const { members, sessions, most, bound, served } = view
      stream.write(
        `${view.part}: ${members.length} processes, ${sessions} sessions, at most ${most} (bound ${bound}), ${served} served\n`,
      )
    }
  }
  const keeper =
    (redis === true ? 'redis://127.0.0.1:6379' : redis) ?? (nats === true ? 'nats://127.0.0.1:4222' : nats)
  console.log(
    `${count(processes, 'process', 'processes')} with ${count(callers, 'caller')} each: a caller runs a query of 20 ms, then pauses up to ${plan.pause} ms; together about ${Math.round((1_000 * all) / (20 + plan.pause / 2))} queries a second, if none had to wait`,
  )
  const began = performance.now()
  try {
    const verdict = await runFleet({ ...plan, keeper, signal: stopping.signal }, show)
    const { most, bound, served, lived, freedAfter, complaints } = verdict
    for (const complaint of complaints) console.log(pc.red(`✗ ${complaint}`))
    if (complaints.length === 0)
      console.log(
        pc.green(
          `✓ ${lived} processes shared ${plan.connections} connections: at most ${most} sessions (bound ${bound}), ${served.toLocaleString('en')} callers served, none failed; the sessions of those killed were gone after ${Math.round(freedAfter)} ms; it took ${Math.round((performance.now() - began) / 1_000)} s`,
        ),
      )
    else process.exitCode = 1
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    console.error('Stopped; the processes and the server are stopped too.')
    process.exitCode = 130
  }
}

function count(number: number, what: string, many = `${what}s`): string {
  return `${number} ${number === 1 ? what : many}`
}
