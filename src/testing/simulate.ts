// `simulate`: one life of a pool, drawn from a seed; when it goes wrong, the shortest story that does.

import { OptionsError } from '../index.js'
import { isWeather } from './clients.js'
import type { Weights } from './commands.js'
import { SimulationFailure } from './failure.js'
import { checkSimulateOptions, type SimulateOptions } from './options.js'
import { type RunInput, run, type SimulationReport } from './run.js'
import { shrinkList } from './shrink.js'
import { drawStory, type Story } from './story.js'
import type { Trace } from './trace.js'
import { InvariantViolation } from './violation.js'

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
  statement: 0,
  work: 0,
  crowd: 0,
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
 * Runs one life of a pool in simulated time: a story drawn from `seed` (see {@link SimulateOptions.commands}), or your own code, on a
 * simulated database with latencies, faults and hangs. It checks every invariant after each event. At the end the database recovers,
 * every caller must be served, and the pool closes and must leave nothing behind. No real time passes.
 *
 * ```ts
 * for (let seed = 1; seed <= 1_000; seed++) await simulate({ seed })
 * ```
 *
 * @throws SimulationFailure with the seed, the broken invariant and the shortest story found that breaks it; OptionsError
 *   for invalid options.
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
