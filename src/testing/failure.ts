// What a failing simulation says: the seed, what was broken, the shortest story found, and how to see it again.

import type { Story } from './story.js'
import { formatTrace, type TraceEntry } from './trace.js'
import { type Invariant, InvariantViolation, invariants } from './violation.js'

/** A simulation found a broken invariant. Read the message: it contains the trace of the shortest story found. */
export class SimulationFailure extends Error {
  readonly seed: number
  /** The broken invariant; `undefined` when the simulation failed with another error, which is `cause`. */
  readonly invariant: Invariant | undefined
  // Not enumerable: printing the error must not show it a second time.
  readonly #scenario: Story
  readonly #trace: readonly TraceEntry[]

  constructor(seed: number, cause: unknown, scenario: Story, trace: readonly TraceEntry[], drawn: number) {
    super(describe(seed, cause, scenario, trace, drawn), { cause })
    this.seed = seed
    this.invariant = cause instanceof InvariantViolation ? cause.invariant : undefined
    this.#scenario = scenario
    this.#trace = trace
  }

  /** The shortest story found that breaks it; pass it to `simulate` with the same seed to repeat it. */
  get scenario(): Story {
    return this.#scenario
  }

  /** What happened in that story, and when, until it broke. */
  get trace(): readonly TraceEntry[] {
    return this.#trace
  }

  override get name(): string {
    return 'SimulationFailure'
  }
}

function describe(
  seed: number,
  cause: unknown,
  { pool, database, commands }: Story,
  trace: readonly TraceEntry[],
  drawn: number,
): string {
  const what =
    cause instanceof InvariantViolation
      ? `${cause.finding}.\nBroken: ${invariants[cause.invariant]} (${cause.invariant}).`
      : `${cause instanceof Error ? cause.stack : String(cause)}`
  return [
    `Seed ${seed}: ${what}`,
    '',
    `The shortest story found, ${commands.length} of ${drawn} commands:`,
    `  pool ${print(pool)}`,
    `  database ${print(database)}`,
    '',
    tell(trace).replace(/^/gm, '  '),
    '',
    `To see it again: simulate({ seed: ${seed} }), with the same options; the same in short, beside your run, clients and tolerate, if you gave any:`,
    `simulate({ seed: ${seed}, scenario: { pool: ${print(pool)}, database: ${print(database)}, commands: [${commands.map(print).join(', ')}] } })`,
  ].join('\n')
}

/** All of it, or how it began and how it ended. */
function tell(trace: readonly TraceEntry[]): string {
  if (trace.length <= 120) return formatTrace(trace)
  const left = trace.length - 100
  return `${formatTrace(trace.slice(0, 60))}\n… ${left} more …\n${formatTrace(trace.slice(-40))}`
}

/** As JavaScript: JSON knows no Infinity and no undefined. */
function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`
  if (typeof value === 'function') return 'undefined /* your function */'
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? quoted(value) : String(value)
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([name, part]) => `${/^[\w$]+$/.test(name) ? name : quoted(name)}: ${print(part)}`).join(', ')} }`
}

const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
