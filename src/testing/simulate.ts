// `simulate`: one life of a pool, drawn from a seed; when it goes wrong, the shortest story that does.

import type { SimulatedSettings } from '../db/simulated.js'
import { OptionsError, type PoolOptions } from '../index.js'
import { checkSimulateOptions } from './check-options.js'
import { type Client, isWeather } from './clients.js'
import type { Weights } from './commands.js'
import { SimulationFailure } from './failure.js'
import { type RunInput, run, type SimulationReport } from './run.js'
import { shrinkList } from './shrink.js'
import { drawStory, type Story } from './story.js'
import type { Trace } from './trace.js'
import { InvariantViolation } from './violation.js'

/** What {@link simulate} takes. Only the seed must be given; whatever is not, is drawn from it. */
export interface SimulateOptions {
  /** An integer. The same seed and the same options give the same simulation, to the last event. */
  seed: number
  /** Options that the pool has in any case; the others are drawn, with short times. `clock` is the simulation's. */
  pool?: PoolOptions
  /** Latencies and faults that the database has in any case; the others are drawn. */
  database?: SimulatedSettings
  /** How many commands the story has. Default 40; with clients 15. 0 = only what clients do, and recovery. */
  steps?: number
  /**
   * How often each command is drawn; 0 = never. Default: callers acquire, release, abort and misuse; the database fails, hangs,
   * stops, starts and ends connections, and makes their sessions stale (`alter`, `demote`); the process is frozen; the pool is resized
   * and closed. With clients only the database does something; `alter`, `demote` and `freeze` have to be asked for.
   */
  commands?: Weights
  /** The story itself, instead of one that is drawn: what a {@link SimulationFailure} has as `scenario`. */
  scenario?: Story
  /** Your own code; the simulation looks for a race in it. It has to end, and to give back all that it acquired. */
  run?: Client
  /** The same, several at a time. */
  clients?: readonly Client[]
  /**
   * Which errors a client may end with. Default: those of the database, and those of the pool that are not about misuse (a timeout
   * during an outage is the weather; a `LeaseError` is a mistake).
   */
  tolerate?: (error: unknown) => boolean
  /** Whether to write down who did what. Default false: it takes time. A failure has a trace in any case. */
  trace?: boolean
  /** How many shorter stories are tried when one fails. Default 500; 0 = none. */
  shrink?: number
}

/** What callers and operators do; a simulation of clients leaves it to them. */
const withClients: Weights = {
  acquire: 0,
  askWithin: 0,
  abort: 0,
  release: 0,
  destroy: 0,
  begin: 0,
  set: 0,
  end: 0,
  query: 0,
  misuse: 0,
  resize: 0,
  pause: 0,
  resume: 0,
  evict: 0,
  close: 0,
  alter: 0,
  demote: 0,
  freeze: 0,
}

/**
 * Lives one life of a pool in simulated time: a story drawn from `seed` (see {@link SimulateOptions.commands}), or your own code,
 * on a simulated database with latencies, faults and hangs. After each event every invariant is checked. In the end the database
 * recovers, everybody must be served, and the pool is closed and must leave nothing behind. No time passes while it runs.
 *
 * ```ts
 * for (let seed = 1; seed <= 1_000; seed++) await simulate({ seed })
 * ```
 *
 * @throws SimulationFailure with the seed, the invariant that is broken and the shortest story found that breaks it; OptionsError
 *   when an option is not what it may be.
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  checkSimulateOptions(options)
  const { seed, clients = [], tolerate = isWeather, shrink = 500 } = options
  const all = options.run === undefined ? clients : [options.run, ...clients]
  const weights = all.length === 0 ? options.commands : { ...withClients, ...options.commands }
  const steps = options.steps ?? (all.length === 0 ? 40 : 15)
  const given = { pool: options.pool, database: options.database, weights }
  const story = options.scenario ?? drawStory(seed, steps, given)
  const input: RunInput = { seed, clients: all, tolerate }
  try {
    return await run(story, options.trace === true ? { ...input, traced: () => {} } : input)
  } catch (error) {
    if (error instanceof OptionsError) throw error // of a pool or a database that cannot be
    throw await explain(story, input, error, shrink)
  }
}

/** Finds a shorter story that breaks the same invariant, and tells it once more with a trace. */
async function explain(
  story: Story,
  input: RunInput,
  error: unknown,
  shrink: number,
): Promise<SimulationFailure> {
  const broken = kindOf(error)
  const fails = async (shorter: Story): Promise<boolean> => {
    try {
      await run(shorter, input)
      return false
    } catch (other) {
      return kindOf(other) === broken
    }
  }
  const commands = await shrinkList(story.commands, shorter => fails({ ...story, commands: shorter }), shrink)
  const shortest = { ...story, commands }
  let trace: Trace | undefined
  let cause = error
  try {
    await run(shortest, {
      ...input,
      traced: its => {
        trace = its
      },
    })
  } catch (last) {
    cause = last
  }
  return new SimulationFailure(input.seed, cause, shortest, trace?.entries ?? [], story.commands.length)
}

function kindOf(error: unknown): string {
  return error instanceof InvariantViolation ? error.invariant : String(error)
}
