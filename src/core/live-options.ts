// What can be changed while a pool runs: its sizes, by `resize()`, and limits, by the drop-ins.
import { OptionsError } from './errors.js'
import { number, optional, parse } from './shape.js'

/** What `resize()` changes; sizes that are left out stay as they are. */
export interface SizeOptions {
  /** How many connections the pool keeps open; 0 = none. */
  min?: number | undefined
  /** How many connections it opens at most; at least 1. Of an `adaptive` pool, the highest that it may choose. */
  max?: number | undefined
  /** How many callers may wait at a time; Infinity = any number. */
  maxWaiting?: number | undefined
}

/** What the drop-ins change while a pool runs. */
export interface Tuning {
  readonly acquireTimeout?: number
  /** Applies to connections opened from now on; `maxUses` does, too. */
  readonly connectTimeout?: number
  readonly idleTimeout?: number
  /** Applies to connections opened from now on. */
  readonly maxLifetime?: number
  readonly maxUses?: number
  /** Idle timeouts keep at least this many connections, if that is more than `min`; the pool opens none for it. */
  readonly keepIdle?: number
  readonly allowExitOnIdle?: boolean
}

/** The checks of the sizes, which `createPool` shares. */
export const min = number({ least: 0, integer: true, finite: true })
export const max = number({ least: 1, integer: true, finite: true })
export const maxWaiting = number({ least: 0, integer: true })

const sizeShape = { min: optional(min), max: optional(max), maxWaiting: optional(maxWaiting) }

/**
 * Checks what `resize()` was given and completes it from the sizes in force. A `min` that was not given gives way to `max`, as
 * it does in `createPool`.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseSize(
  size: SizeOptions,
  current: { min: number; max: number; maxWaiting: number },
): { min: number; max: number; maxWaiting: number } {
  const given = parse('resize', sizeShape, size)
  const { max = current.max, maxWaiting = current.maxWaiting } = given
  const { min = Math.min(current.min, max) } = given
  checkSize(min, max)
  return { min, max, maxWaiting }
}

/** @throws OptionsError for sizes that exclude each other. */
export function checkSize(min: number, max: number): void {
  if (min > max) throw new OptionsError('min', min, `min (${min}) must not be greater than max (${max}).`)
}
