// `npm run explore`: goes through everything that can happen to a small pool, within bounds, and counts what it saw.

import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import pc from 'picocolors'
import { type ExploreOptions, explore } from '../../src/testing/index.js'
import { wholeFrom } from '../../support/whole-number.js'

const number = wholeFrom(0)

const anyNumber = (value: string): number => (value === 'any' ? Number.POSITIVE_INFINITY : number(value))

const options = new Command('npm run explore --')
  .description(
    'Explores a small pool in every order of events. Bounded: what lies beyond the bounds is not shown.',
  )
  .option('--max <n>', 'connections', number, 2)
  .option('--callers <n>', 'callers', number, 3)
  .option('--in-lane <n>', 'of the callers, those that go by a lane with room for one', number, 0)
  .option('--tenants <n>', 'tenants that the callers ask for, in turns', number, 0)
  .option('--statements <n>', 'statements that share connections', number, 0)
  .option('--callbacks <n>', 'callers of use() with a signal, which may abort it', number, 0)
  .option('--faults <n>', 'faults on one path, or "any"', anyNumber, 3)
  .option('--depth <n>', 'steps on one path', number, 200)
  .option('--states <n>', 'states', number, 1_000_000)
  .parse()
  .opts<Required<Omit<ExploreOptions, 'onProgress'>>>()

const count = (value: number): string => value.toLocaleString('en-US')

const started = performance.now()
const bar = new SingleBar({
  format: '{bar} {value} states, {transitions} transitions',
  stream: process.stderr,
  clearOnComplete: true,
  barsize: 24,
})
if (process.stderr.isTTY) bar.start(options.states, 0, { transitions: 0 })
try {
  const report = await explore({
    ...options,
    onProgress: (states, transitions) => bar.update(states, { transitions }),
  })
  bar.stop()
  const { states, transitions, deepest, byFaults, complete } = report
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  const faults =
    options.faults === Number.POSITIVE_INFINITY
      ? 'any number of faults'
      : `at most ${many(options.faults, 'fault')}`
  console.log(
    `${pc.green('✓')} ${many(options.max, 'connection')}, ${many(options.callers, 'caller')}${options.inLane > 0 ? ` (${options.inLane} by a lane)` : ''}${options.tenants > 0 ? ` of ${many(options.tenants, 'tenant')}` : ''}, ${many(options.statements, 'statement')}${options.callbacks > 0 ? `, ${many(options.callbacks, 'callback')}` : ''}, ${faults}: ${count(states)} states, ${count(transitions)} transitions, ${deepest} steps at most, in ${seconds} s`,
  )
  console.log(pc.dim(`states that take 0, 1, 2 … faults: ${byFaults.map(count).join(', ')}`))
  console.log('No stuck state, no lost waiter, no connection leased twice.')
  console.log(
    complete
      ? 'All states within these bounds were seen; this is bounded, not a proof.'
      : pc.yellow('The bounds on states or steps cut it short: there are more states within the others.'),
  )
} catch (error) {
  bar.stop()
  console.log(`${pc.red('✗')} ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function many(number: number, what: string): string {
  return `${count(number)} ${what}${number === 1 ? '' : 's'}`
}
