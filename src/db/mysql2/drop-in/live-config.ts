// What programs change in `pool.config` while the pool runs, and what follows from it.

import type { ConnectionOptions } from 'mysql2'
import type { Pool as Statepool } from '../../../index.js'
import type { ParsedPoolOptions } from './bases.js'
import { asLimit, checkCount, checkTime, maxWaiting } from './options.js'

type Limits = Pick<ParsedPoolOptions, 'connectionLimit' | 'queueLimit' | 'waitForConnections' | 'idleTimeout'>

/** What each limit must be, and what the underlying pool does when it is changed. */
const checks: { readonly [Name in keyof Limits]: (value: unknown) => Limits[Name] } = {
  connectionLimit(value) {
    asLimit(value)
    return Number(value)
  },
  queueLimit(value) {
    checkCount('queueLimit', value)
    return Number(value)
  },
  waitForConnections: Boolean,
  idleTimeout(value) {
    checkTime('idleTimeout', value)
    return Number(value ?? Number.POSITIVE_INFINITY)
  },
}

/**
 * Has `connectionLimit`, `queueLimit`, `waitForConnections` and `idleTimeout` obeyed whenever they are set.
 * @param isOpen whether a size may still be changed
 * @throws OptionsError in the setter, for what is no count, or no time
 */
export function obeyLimits(
  config: ParsedPoolOptions,
  pool: Pick<Statepool<unknown>, 'resize' | 'tune'>,
  isOpen: () => boolean,
): void {
  const limits: { -readonly [Name in keyof Limits]: Limits[Name] } = {
    connectionLimit: config.connectionLimit,
    queueLimit: config.queueLimit,
    waitForConnections: config.waitForConnections,
    idleTimeout: config.idleTimeout,
  }
  const apply = (name: keyof Limits, next: Limits): void => {
    if (!isOpen()) return
    if (name === 'idleTimeout') pool.tune({ idleTimeout: next.idleTimeout })
    else if (name === 'connectionLimit') pool.resize({ max: asLimit(next.connectionLimit) })
    else pool.resize({ maxWaiting: maxWaiting(next) })
  }
  for (const name of Object.keys(limits) as (keyof Limits)[])
    Object.defineProperty(config, name, {
      get: () => limits[name],
      set(value: unknown) {
        const checked = { [name]: checks[name](value) }
        apply(name, { ...limits, ...checked })
        Object.assign(limits, checked)
      },
      enumerable: true,
    })
}

/** Where and as whom to connect: what is changed of it holds for the helper that kills statements, too. */
const account = ['host', 'port', 'socketPath', 'user', 'password'] as const

/**
 * Follows `pool.config.connectionConfig`, of which mysql2 makes each connection: a password that is changed there, because it was
 * rotated, holds for the connections to come.
 */
export class ConnectionChanges {
  readonly #config: Record<string, unknown>
  readonly #before: Readonly<Record<string, unknown>>

  constructor(config: object) {
    this.#config = config as Record<string, unknown>
    this.#before = { ...this.#config }
  }

  /** What is to be changed in a connection's configuration, which is returned. */
  applyTo<T extends object>(config: T): T {
    const changed = Object.entries(this.#config).filter(([name]) => this.#has(name))
    return Object.assign(config, Object.fromEntries(changed))
  }

  /** The same for the options that a configuration is made of. */
  async in(options: Promise<ConnectionOptions>): Promise<ConnectionOptions> {
    const changed = account.filter(name => this.#has(name)).map(name => [name, this.#config[name]])
    return { ...(await options), ...Object.fromEntries(changed) }
  }

  #has(name: string): boolean {
    return name !== 'pool' && this.#config[name] !== this.#before[name]
  }
}
