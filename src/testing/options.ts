// What `simulate` and `explore` are asked for, checked at the door: a mistyped name would pass for a simulation that found nothing.
import { refusal } from '../core/refusal.js'
import {
  anything,
  type Check,
  callable,
  integer,
  is,
  list,
  number,
  object,
  optional,
  parse,
} from '../core/shape.js'
import type { SimulatedSettings } from '../db/simulated/index.js'
import type { PoolOptions } from '../index.js'
import type { Client } from './clients.js'
import { commandNames, type Weights } from './commands.js'
import type { Story } from './story.js'

/** The options of {@link simulate}. Only the seed is required; {@link simulate} draws everything else from it. */
export interface SimulateOptions {
  /** An integer. The same seed and the same options give the same simulation, to the last event. */
  seed: number
  /** Fixed options of the pool; the seed determines the others, with short times. `clock` belongs to the simulation. */
  pool?: PoolOptions
  /** Fixed latencies and faults of the database; the seed determines the others. */
  database?: SimulatedSettings
  /** The number of commands in the story. Default 40; with clients 15. 0 = only the clients and the recovery. */
  steps?: number
  /**
   * How often each command is drawn; 0 = never. Default: callers acquire, release, abort and misuse, run work by `use()`, `transaction()` and
   * `query()`, and come in crowds; the database fails, hangs,
   * stops, starts and ends connections, and makes their sessions stale (`alter`, `demote`); the process is frozen; the pool is resized
   * and closed. Statements are drawn if the option `share` of the pool is given. With clients, only database commands are drawn; `alter`, `demote` and `freeze` only on request.
   */
  commands?: Weights
  /** The story itself, instead of a drawn one: the `scenario` of a {@link SimulationFailure}. */
  scenario?: Story
  /** Your own code; the simulation looks for a race in it. It must end, and release everything that it acquired. */
  run?: Client
  /** Several clients like `run`, which run at the same time. */
  clients?: readonly Client[]
  /**
   * Which errors a client may end with. Default: those of the database, and those of the pool except misuse (a timeout during an outage
   * is acceptable; a `LeaseError` is a mistake).
   */
  tolerate?: (error: unknown) => boolean
  /** Whether to record a trace. Default false, because it takes time. A failure always has a trace. */
  trace?: boolean
  /** How many shorter stories to try when one fails. Default 500; 0 = none. */
  shrink?: number
}

/** The bounds of an exploration. */
export interface ExploreOptions {
  /** The maximum number of connections. Default 2. */
  max?: number
  /** The number of callers; each acquires once, and may give up, release or destroy. Default 3. */
  callers?: number
  /** How many of the callers go by a lane, which has room for one of them at a time. Default 0 = the pool has no lane. */
  inLane?: number
  /** The number of tenants that the callers ask for, in turns. Default 0 = they name none. */
  tenants?: number
  /**
   * The number of statements that callers run by `pool.query()`, up to two of them on one connection; each may fail, leave something in its
   * session, or be given up and cancelled. Default 0 = none, and no connection is shared.
   */
  statements?: number
  /**
   * The number of callers that run a callback by `pool.use()`, with a signal, of one statement or two; each may give up while its callback runs. Default 0.
   */
  callbacks?: number
  /**
   * The maximum number of faults on one path: an answer that is an error, a lost connection, a destroyed lease, a caller that gives up, a
   * deadline that passes although something else could happen. Default 2; Infinity = any number at every step.
   */
  faults?: number
  /** The maximum number of choices on one path. Default 100. */
  depth?: number
  /** The maximum number of states, in case the bounds are wide; the report says whether it cut the exploration short. Default 1,000,000. */
  states?: number
  /** Reports progress from time to time. */
  onProgress?: (states: number, transitions: number) => void
}

const whole = number({ least: 0, integer: true, finite: true })
const many = number({ least: 0, integer: true })
const some = number({ least: 1, integer: true })
const weight = optional(number({ least: 0, finite: true, kind: 'a number' }))

const scenario = object({
  pool: anything,
  database: anything,
  commands: list('an array', (name, command) =>
    oneOfCommands(`${name}.do`, (command as { readonly do?: unknown } | null | undefined)?.do),
  ),
})
const oneOfCommands = is(`one of ${commandNames.join(', ')}`, name => commandNames.includes(name as never))

const withoutClock: Check = (name, value) => {
  if ('clock' in Object(value))
    throw refusal(`${name}.clock`, undefined, "left out: the simulation's own clock is the pool's")
}

const simulateShape = {
  seed: integer,
  pool: withoutClock,
  database: anything,
  steps: optional(whole),
  commands: optional(object(Object.fromEntries(commandNames.map(name => [name, weight])))),
  scenario: optional(scenario),
  run: optional(callable),
  clients: optional(list('an array of functions', callable)),
  tolerate: optional(callable),
  trace: anything,
  shrink: optional(many),
} satisfies Record<keyof SimulateOptions, Check>

/** @throws OptionsError, which names the option, its value and the valid values. */
export function checkSimulateOptions(options: SimulateOptions): void {
  parse('simulate', simulateShape, options)
}

const exploreShape = {
  max: optional(number({ least: 1, integer: true, finite: true })),
  callers: optional(whole),
  inLane: optional(whole),
  tenants: optional(whole),
  statements: optional(whole),
  callbacks: optional(whole),
  faults: optional(many),
  depth: optional(some),
  states: optional(some),
  onProgress: optional(callable),
} satisfies Record<keyof ExploreOptions, Check>

/** @throws OptionsError, which names the option, its value and the valid values. */
export function checkExploreOptions(options: ExploreOptions): void {
  parse('explore', exploreShape, options)
}
