// What applications see of the drop-in's options, what changes when they change them, and how its `log` is called.

import { inspect } from 'node:util'
import { summaryOf } from '../../../core/refusal.js'
import type { Pool } from '../../../index.js'
import { isKnown, liveLimits, type Verify } from './options.js'

/** What is not shown, in whatever nesting. */
const secret = /^(connectionString|password|passphrase|pfx|key|sslkey|secureContext)$/

/**
 * Makes `pool.options` what pg.Pool's is: its limits can be changed while the pool runs, and `{ ...pool.options }` has all that was given.
 * Printing and JSON do not show secrets, nor an option of an unknown name, which may be a mistyped `password`.
 */
export function presentOptions(
  options: object,
  lender: { pool: Pick<Pool<unknown>, 'stats' | 'resize' | 'tune'>; verify: Verify | undefined },
): void {
  const { pool } = lender
  const given = { ...options } as Record<string, unknown>
  const live = (name: string, change: (value: unknown) => void): PropertyDescriptor => ({
    get: () => given[name],
    set(value: unknown) {
      change(value)
      given[name] = value
      Object.defineProperty(options, name, { enumerable: true })
    },
    enumerable: name in given,
    configurable: true,
  })
  const limits = Object.entries(liveLimits).map(
    ([name, read]) => [name, live(name, value => pool.tune(read(value)))] as const,
  )
  const shown = (): unknown => withoutSecrets(known(options))
  Object.defineProperties(options, {
    ...Object.fromEntries(limits),
    max: live('max', value => {
      const { state } = pool.stats()
      if (state !== 'draining' && state !== 'closed') pool.resize({ max: Number(value) })
    }),
    verify: live('verify', value => {
      lender.verify = (value as Verify | null | undefined) ?? undefined
    }),
    toJSON: { value: shown, enumerable: false, configurable: true },
    [inspect.custom]: { value: shown, enumerable: false, configurable: true },
  })
}

function known(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => isKnown(name)))
}

function withoutSecrets(value: object): unknown {
  const copy: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    if (secret.test(name)) continue
    copy[name] = isPlain(inner) ? withoutSecrets(inner) : summaryOf(inner)
  }
  return copy
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A log that throws costs no caller its answer; the process is warned of it. */
export function quietly(log: (...messages: unknown[]) => void): (...messages: unknown[]) => void {
  return (...messages) => {
    try {
      log(...messages)
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }
}
