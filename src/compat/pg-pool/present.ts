// What applications see of the drop-in's options, and how its `log` is called.

import { inspect } from 'node:util'
import { discreetTls } from '../../db/pg/discreet.js'
import type { Pool } from '../../index.js'

/** What is not shown, in whatever nesting. */
const secret = /^(connectionString|password|passphrase|pfx|key|secureContext)$/

/**
 * Makes `pool.options` what pg.Pool's is: `max` and `min` can be changed, and `{ ...pool.options }` has all that was given. Printing
 * and JSON do not show secrets.
 */
export function presentOptions(
  options: { ssl?: unknown },
  pool: Pick<Pool<unknown>, 'stats' | 'resize'>,
): void {
  if (options.ssl) options.ssl = discreetTls(options.ssl)
  const given = { ...options } as Record<string, unknown>
  const live = (name: 'max' | 'min'): PropertyDescriptor => ({
    get: () => given[name],
    set(value: unknown) {
      given[name] = value
      const { min, max } = pool.stats()
      const size = Number(value)
      pool.resize(
        name === 'max' ? { min: Math.min(min, size), max: size } : { min: size, max: Math.max(max, size) },
      )
    },
    enumerable: true,
    configurable: true,
  })
  const shown = (): unknown => withoutSecrets(options)
  Object.defineProperties(options, {
    max: live('max'),
    min: live('min'),
    toJSON: { value: shown, enumerable: false, configurable: true },
    [inspect.custom]: { value: shown, enumerable: false, configurable: true },
  })
}

function withoutSecrets(value: object): unknown {
  const copy: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    if (secret.test(name)) continue
    copy[name] = isPlain(inner) ? withoutSecrets(inner) : inner
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
