// What can be set on the simulated database: its latencies, its faults and its limit; checked like the pool's options.

import type { Clock } from '../../core/clock.js'
import { refuseNonObject } from '../../core/names.js'
import { clockShape, hintAtPool } from '../../core/options.js'
import { refusal } from '../../core/refusal.js'
import { type Check, integer, is, type NumberRange, number, or, parse } from '../../core/shape.js'

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
  /** How long a request to cancel a statement takes to its arrival, and its confirmation to the way back. Default 2. */
  cancelLatency?: Latency
  /** How many requests to cancel a statement are given up before they have arrived; they arrive all the same. Default 0. */
  cancelFailureRate?: number
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

const latency = latencyOf({ least: 0, finite: true })
const rate = or(number({ least: 0, most: 1, kind: 'a number' }), 0)

const settingsShape = {
  connectLatency: or(latency, 100),
  queryLatency: or(latency, 10),
  validateLatency: or(latency, 10),
  resetLatency: or(latency, 10),
  closeLatency: or(latency, 10),
  cancelLatency: or(latency, 2),
  cancelFailureRate: rate,
  lingerAfterDestroy: or(latency, 0),
  loseAfter: or(latencyOf({ least: 0 }), Number.POSITIVE_INFINITY),
  connectFailureRate: rate,
  connectHangRate: rate,
  queryFailureRate: rate,
  serializationFailureRate: rate,
  queryHangRate: rate,
  unhealthyRate: or(rate, 0.05),
  validateHangRate: rate,
  resetFailureRate: rate,
  resetHangRate: rate,
  closeHangRate: rate,
  maxConnections: or(number({ least: 0, integer: true }), Number.POSITIVE_INFINITY),
}

const shape = {
  seed: or(integer, 1),
  clock: clockShape,
  session: or(
    is<Readonly<Record<string, string>>>(
      'an object of names and values',
      value => typeof value === 'object' && value !== null,
    ),
    {},
  ),
  ...settingsShape,
}

/**
 * Checks settings and completes them from those in force.
 * @throws OptionsError, which names the setting, its value and the valid values.
 */
export function changedSettings(settings: SimulatedSettings, current: Settings): Settings {
  refuseNonObject('change', settings)
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  return Object.freeze(parse('change', settingsShape, { ...current, ...Object.fromEntries(given) }))
}

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
  const { seed, clock, session, ...settings } = parse('simulated', shape, options, { hint: hintAtPool })
  return { settings: Object.freeze(settings), seed, clock, session: Object.freeze({ ...session }) }
}

function latencyOf(range: NumberRange): Check<Latency> {
  const single = number(range)
  const bound = number({ ...range, finite: true })
  return (name, value, refuse = refusal) => {
    if (!Array.isArray(value)) return single(name, value, refuse)
    if (value.length !== 2)
      throw refuse(name, value, 'a number of milliseconds or a range of two, [least, most]')
    const least = bound(`${name}[0]`, value[0], refuse)
    const most = bound(`${name}[1]`, value[1], refuse)
    if (least <= most) return Object.freeze([least, most] as const)
    const expected = `a range whose first number is not greater than the second (${least} > ${most})`
    throw refuse(name, value, expected)
  }
}
