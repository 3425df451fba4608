// What `simulate` and `explore` are asked for, checked at the door: a mistyped name would pass for a simulation that found nothing.
import { checkFunction, checkNumber, type NumberRange, refusal, refuseUnknown } from '../core/check.js'
import { commandNames } from './commands.js'
import type { ExploreOptions } from './explore.js'
import type { SimulateOptions } from './simulate.js'

const simulateNames: readonly (keyof SimulateOptions)[] = [
  'seed',
  'pool',
  'database',
  'steps',
  'commands',
  'scenario',
  'run',
  'clients',
  'tolerate',
  'trace',
  'shrink',
]

const finite: NumberRange = { fallback: 0, least: 0, integer: true, finite: true }
const many: NumberRange = { fallback: 0, least: 0, integer: true }
const some: NumberRange = { fallback: 1, least: 1, integer: true }
const weight: NumberRange = { fallback: 0, least: 0, finite: true, kind: 'a number' }

/** @throws OptionsError, which names the option, its value and the valid values. */
export function checkSimulateOptions(options: SimulateOptions): void {
  refuseUnknown('simulate', options, simulateNames)
  const { seed, steps, shrink, run, clients, tolerate, commands, scenario, pool } = options
  if (!Number.isSafeInteger(seed)) throw refusal('seed', seed, 'an integer')
  if (steps !== undefined) checkNumber('steps', steps, finite)
  if (shrink !== undefined) checkNumber('shrink', shrink, many)
  if (run !== undefined) checkFunction('run', run)
  if (clients !== undefined) {
    if (!Array.isArray(clients)) throw refusal('clients', clients, 'an array of functions')
    for (const [index, client] of clients.entries()) checkFunction(`clients[${index}]`, client)
  }
  if (tolerate !== undefined) checkFunction('tolerate', tolerate)
  if (commands !== undefined) {
    refuseUnknown('commands', commands, commandNames)
    for (const [name, value] of Object.entries(commands)) checkNumber(`commands.${name}`, value, weight)
  }
  if (pool !== undefined && 'clock' in Object(pool)) {
    throw refusal('pool.clock', undefined, "left out: the simulation's own clock is the pool's")
  }
  if (scenario !== undefined) checkScenario(scenario)
}

function checkScenario(scenario: SimulateOptions['scenario'] & object): void {
  refuseUnknown('scenario', scenario, ['pool', 'database', 'commands'])
  if (!Array.isArray(scenario.commands)) throw refusal('scenario.commands', scenario.commands, 'an array')
  for (const [index, command] of scenario.commands.entries()) {
    if (!commandNames.includes(command?.do)) {
      throw refusal(`scenario.commands[${index}].do`, command?.do, `one of ${commandNames.join(', ')}`)
    }
  }
}

/** @throws OptionsError, which names the option, its value and the valid values. */
export function checkExploreOptions(options: ExploreOptions): void {
  refuseUnknown('explore', options, ['max', 'callers', 'faults', 'depth', 'states', 'onProgress'])
  const { max, callers, faults, depth, states, onProgress } = options
  if (max !== undefined) checkNumber('max', max, { ...some, finite: true })
  if (callers !== undefined) checkNumber('callers', callers, finite)
  if (faults !== undefined) checkNumber('faults', faults, many)
  if (depth !== undefined) checkNumber('depth', depth, some)
  if (states !== undefined) checkNumber('states', states, some)
  if (onProgress !== undefined) checkFunction('onProgress', onProgress)
}
