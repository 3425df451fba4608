// What can be set on the simulated database: its latencies, its faults and its limit; checked like the pool's options.

import { checkClock, checkNumber, type NumberRange, refusal, refuseUnknown } from '../../core/check.js'
import { type Clock, systemClock } from '../../core/clock.js'
import { hintAtPool } from '../../core/options.js'

/** A time in milliseconds, or a range `[least, most]` from which each time is drawn with equal probability. */
export type Latency = number | readonly [least: number, most: number]

/** The latencies and faults of a simulated database. Times are milliseconds; rates are from 0 (never) to 1 (always). */
export interface SimulatedSettings {
  /** How long opening a connection takes. Default 100. */
  connectLatency?: Latency
  /** How long a query takes. Default 10. */
  queryLatency?: Latency
  /** How long a validation takes. Default 10. */
  validateLatency?: Latency
  /** How long a reset takes. Default 10. */
  resetLatency?: Latency
  /** How long a graceful close takes; the database counts the connection until then. Default 10. */
  closeLatency?: Latency
  /**
   * How long the server keeps working, and counts the connection, after the client destroyed it; `destroy` then returns a promise that
   * settles at the end. With more than the pool's `closeTimeout` the database counts more connections than `max`. Default 0.
   */
  lingerAfterDestroy?: Latency
  /** How many connects fail, after `connectLatency`. Default 0. */
  connectFailureRate?: number
  /** How many connects the database accepts and then never answers. Default 0. */
  connectHangRate?: number
  /** How many queries fail with an SQL error, which is not fatal to the connection but fails its transaction. Default 0. */
  queryFailureRate?: number
  /** How many commits fail with a serialization failure (40001), which rolls back. Default 0. */
  serializationFailureRate?: number
  /** How many queries are never answered. Default 0. */
  queryHangRate?: number
  /** How many validations find the connection unhealthy. Default 0.05. */
  unhealthyRate?: number
  /** How many validations are never answered. Default 0. */
  validateHangRate?: number
  /** How many resets fail. Default 0. */
  resetFailureRate?: number
  /** How many resets are never answered. Default 0. */
  resetHangRate?: number
  /** How many graceful closes are never answered. Default 0. */
  closeHangRate?: number
  /**
   * How long after opening a connection the database drops it. Default Infinity: it never does. A change applies to
   * connections opened later.
   */
  loseAfter?: Latency
  /** How many connections the database accepts, including those being opened; it refuses more (53300). Default Infinity; 0 = none. */
  maxConnections?: number
}

/** The options of a simulated driver. */
export interface SimulatedOptions extends SimulatedSettings {
  /** An integer: the same seed and the same calls in the same order give the same latencies and faults. Default 1. */
  seed?: number
  /**
   * Settings of each new session, like those that `onConnect` makes with a real driver: `{ role: 'app' }`. A holder changes them with
   * `SET name = value`; a reset restores them. Default: none.
   */
  session?: Readonly<Record<string, string>>
  /** The source of time; give the pool the same one. Default: the system's monotonic clock. */
  clock?: Clock
}

/** All settings, each with its value. */
export type Settings = Readonly<Required<SimulatedSettings>>

const latency = (fallback: number): NumberRange => ({ fallback, least: 0, finite: true })
const rate = (fallback: number): NumberRange => ({ fallback, least: 0, most: 1, kind: 'a number' })

const latencies: Record<string, NumberRange> = {
  connectLatency: latency(100),
  queryLatency: latency(10),
  validateLatency: latency(10),
  resetLatency: latency(10),
  closeLatency: latency(10),
  lingerAfterDestroy: latency(0),
  loseAfter: { fallback: Number.POSITIVE_INFINITY, least: 0 },
}

const numbers: Record<string, NumberRange> = {
  connectFailureRate: rate(0),
  connectHangRate: rate(0),
  queryFailureRate: rate(0),
  serializationFailureRate: rate(0),
  queryHangRate: rate(0),
  unhealthyRate: rate(0.05),
  validateHangRate: rate(0),
  resetFailureRate: rate(0),
  resetHangRate: rate(0),
  closeHangRate: rate(0),
  maxConnections: { fallback: Number.POSITIVE_INFINITY, least: 0, integer: true },
}

const settingNames = [...Object.keys(latencies), ...Object.keys(numbers)]

/**
 * Checks settings and completes them from those in force.
 * @throws OptionsError, which names the setting, its value and the valid values.
 */
export function parseSettings(where: string, settings: SimulatedSettings, current: Settings): Settings {
  refuseUnknown(where, settings, settingNames)
  const given = settings as Readonly<Record<string, unknown>>
  const parsed: Record<string, unknown> = { ...current }
  for (const name of settingNames) {
    const value = given[name]
    if (value === undefined) continue
    const range = latencies[name]
    parsed[name] = range
      ? checkLatency(name, value, range)
      : checkNumber(name, value, numbers[name] as NumberRange)
  }
  return Object.freeze(parsed) as unknown as Settings
}

/** The settings of a database about which nothing is said. */
export const defaultSettings = Object.freeze(
  Object.fromEntries(
    Object.entries({ ...latencies, ...numbers }).map(([name, range]) => [name, range.fallback]),
  ),
) as unknown as Settings

/**
 * Checks a simulated driver's options and fills in the defaults.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseSimulatedOptions(options: SimulatedOptions): {
  settings: Settings
  seed: number
  clock: Clock
  session: Readonly<Record<string, string>>
} {
  refuseUnknown('simulated', options, ['seed', 'clock', 'session', ...settingNames], hintAtPool)
  const { seed = 1, clock = systemClock, session = {}, ...settings } = options
  if (typeof session !== 'object' || session === null)
    throw refusal('session', session, 'an object of names and values')
  if (!Number.isSafeInteger(seed)) throw refusal('seed', seed, 'an integer')
  return {
    settings: parseSettings('simulated', settings, defaultSettings),
    seed,
    clock: checkClock(clock),
    session: Object.freeze({ ...session }),
  }
}

function checkLatency(name: string, value: unknown, range: NumberRange): Latency {
  if (!Array.isArray(value)) return checkNumber(name, value, range)
  if (value.length !== 2)
    throw refusal(name, value, 'a number of milliseconds or a range of two, [least, most]')
  const least = checkNumber(`${name}[0]`, value[0], { ...range, finite: true })
  const most = checkNumber(`${name}[1]`, value[1], { ...range, finite: true })
  if (least > most)
    throw refusal(
      name,
      value,
      `a range whose first number is not greater than the second (${least} > ${most})`,
    )
  return Object.freeze([least, most] as const)
}
