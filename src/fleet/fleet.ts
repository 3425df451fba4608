// One budget of connections for the pools of many processes: its options, and the pools of this process.
import type { Allotment, Budget, BudgetMember } from '../core/budget.js'
import { OptionsError } from '../core/errors.js'
import { type Hint, noOption } from '../core/names.js'
import { hintAtPool, poolOptionFor } from '../core/options.js'
import { having, number, optional, parse, textLike } from '../core/shape.js'
import type { FleetEngine } from './ledger/engine.js'
import { LedgerMember } from './ledger/member.js'
import { SlotMember } from './slots/member.js'
import { keysOf, mostMin } from './slots/slots.js'
import { Turns } from './slots/turns.js'
import type { Terms } from './terms.js'

/** The options of {@link fleet}. */
export interface FleetOptions {
  /** The fleet's name: pools with the same one, on the same database or engine, share the budget. All must name the same `connections`. */
  name: string
  /** The maximum number of connections of all pools in all processes together. At least 1. */
  connections: number
  /**
   * The engine that keeps the budget, for any database: `redisEngine(client)`, `natsEngine(bucket)`, or `memoryEngine()` in tests. Default: the pool's own PostgreSQL.
   */
  engine?: FleetEngine | undefined
  /**
   * For how long a process that is gone keeps its connections in the ledger, in milliseconds; processes report five times in that time. From 1,000 to 600,000.
   * All processes must name the same one. With an `engine` only. Default 5,000.
   */
  ttl?: number | undefined
  /**
   * How many connections each pool may have while the engine does not answer, those that it has included: it keeps more if it has more, and opens none beyond.
   * 0 = it opens none. With an `engine` only. Default 1.
   */
  floor?: number | undefined
}

const integer = (least: number, most: number) => number({ least, most, integer: true, kind: 'an integer' })

const shape = {
  name: textLike('a non-empty string', /\S/),
  connections: integer(1, 10_000),
  engine: optional(having<FleetEngine>('exchange')),
  ttl: optional(number({ least: 1_000, most: 600_000 })),
  floor: optional(integer(0, 10_000)),
}

/** The pools' `max` is not the fleet's: it has a name of its own. */
const hint: Hint = (name, owner) =>
  poolOptionFor(name) === 'max'
    ? noOption(owner, name, '; did you mean connections?')
    : hintAtPool(name, owner)

/**
 * Makes this process's part of a fleet: one budget of connections for the pools of many processes. Pass it to each pool of the process as
 * the option `fleet`. By default the pool's own PostgreSQL keeps the budget, and nothing else is needed; an engine keeps it for any database.
 *
 * ```ts
 * const orders = fleet({ name: 'orders', connections: 50 })
 * const pool = createPool(postgres(url), { fleet: orders })
 *
 * const others = fleet({ name: 'others', connections: 50, engine: redisEngine(new Redis()) })
 * ```
 *
 * **PostgreSQL**: after a connect, the session takes one of the fleet's slots, an advisory lock; if none is free, the connection is closed, and the pool's
 * callers wait. The lock ends with the session, so a process that is killed gives its slots back as soon as the server notices.
 * Needs a session for each connection: not through PgBouncer in transaction mode.
 *
 * **An engine**: a ledger says how many connections each pool may have. Pools report what they have and need several times within `ttl`; one that has not
 * reported for that long counts as gone. While the engine does not answer, pools keep what they have, and open none beyond `floor`.
 *
 * Idle connections are closed where callers wait elsewhere; pools whose callers all wait end up with the same number, give or take one.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function fleet(options: FleetOptions): Fleet {
  return new Fleet(options)
}

/** One process's part of a fleet; see {@link fleet}. */
export class Fleet implements Budget {
  /** The fleet's name. */
  readonly name: string
  readonly #connections: number
  readonly #engine: FleetEngine | undefined
  readonly #ttl: number
  readonly #floor: number
  /** For each host: a connect to one holds up no other. */
  readonly #turns = new Map<string | undefined, Turns>()
  readonly #members = new Map<{ readonly min: number }, BudgetMember>()

  /** @internal */
  constructor(options: FleetOptions) {
    const { name, connections, engine, ttl, floor } = parse('fleet', shape, options, { hint })
    for (const [option, value] of Object.entries({ ttl, floor }))
      if (engine === undefined && value !== undefined)
        throw new OptionsError(
          option,
          value,
          `${option} is for a fleet with an engine: PostgreSQL itself needs none, as a slot ends with its session. Omit ${option}, or pass an engine.`,
        )
    this.name = name
    this.#connections = connections
    this.#engine = engine
    this.#ttl = ttl ?? 5_000
    this.#floor = Math.min(floor ?? 1, connections)
  }

  /** The most connections of all pools in all processes together. */
  get max(): number {
    return this.#connections
  }

  /** @internal */
  admit(min: number, database = 'postgres', host?: string): void {
    if (database !== 'postgres' && this.#engine === undefined)
      throw new OptionsError(
        'fleet',
        undefined,
        `fleet needs PostgreSQL, which keeps the budget of a fleet that has no engine; the driver is for ${database}. Pass fleet an engine, redisEngine(client) for one, or cap the pools of this process with group.`,
      )
    let others = 0
    // Each server that keeps the budget itself has one of its own.
    for (const [member, pool] of this.#members)
      if (this.#engine !== undefined || pool.host === host) others += member.min
    const most = Math.min(mostMin, this.#connections - others)
    if (min <= most) return
    throw new OptionsError(
      'min',
      min,
      `min must be at most ${most}: the fleet "${this.name}" has ${this.#connections} connections, and ${others} of them are kept for other pools of this process (min); got ${min}.`,
    )
  }

  /** @internal */
  join(member: BudgetMember): Allotment {
    const engine = this.#engine
    const { host } = member
    const admit = (min: number): void => this.admit(min, engine === undefined ? 'postgres' : 'any', host)
    admit(member.min)
    const terms: Terms = {
      name: this.name,
      max: this.#connections,
      admit,
      leave: left => void this.#members.delete(left),
    }
    const turns = this.#turns.get(host) ?? new Turns()
    this.#turns.set(host, turns)
    const joined =
      engine === undefined
        ? new SlotMember({ ...terms, keys: keysOf(this.name), turns }, member)
        : new LedgerMember({ ...terms, engine, ttl: this.#ttl, floor: this.#floor }, member)
    this.#members.set(joined, member)
    return joined
  }
}
