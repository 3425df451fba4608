// Every option of a pool is checked before anything else happens.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseOptions } from '../../src/core/options.js'
import { messageOf } from '../../src/core/wording.js'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, OptionsError, type PoolOptions } from '../../src/index.js'

/** What createPool throws, after having made sure that it asked nothing of the database. */
function refusalOf(options: unknown): OptionsError {
  const driver = simulated()
  try {
    createPool(driver, options as PoolOptions)
  } catch (error) {
    expect(driver.database.totals.connects).toBe(0)
    expect(error).toBeInstanceOf(OptionsError)
    return error as OptionsError
  }
  throw new Error(`createPool took ${JSON.stringify(options)}.`)
}

/** An error keeps no object: it may have a secret in it. */
const visible = (value: unknown): unknown => (typeof value === 'object' && value !== null ? undefined : value)

const times = ['acquireTimeout', 'idleTimeout', 'closeTimeout', 'drainTimeout', 'validateAfter']
const timesAboveZero = ['connectTimeout', 'maxLifetime', 'validateTimeout', 'resetTimeout', 'keepalive']
const counts = ['min', 'max', 'maxUses', 'maxConnecting', 'maxWaiting']
const fromOne = ['max', 'maxUses', 'maxConnecting']
const switchable = ['validateAfter', 'keepalive']
const finite = ['min', 'max', ...switchable]
const numbers = [...times, ...timesAboveZero, ...counts]

describe.each(numbers)('%s', name => {
  const notNumbers = ['5', '', null, true, {}, [], [5], () => 5, 5n, Symbol('5'), new Date(0)]

  it('refuses whatever is not a number, and names itself, the value and what it may be', () => {
    for (const value of notNumbers) {
      const error = refusalOf({ [name]: value })
      expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: name, value: visible(value) })
      expect(messageOf(error)).toMatch(
        new RegExp(`^${name} must be (an integer|a number of milliseconds) .*; got .+\\.$`),
      )
    }
  })

  it('refuses NaN and anything negative', () => {
    for (const value of [Number.NaN, -1, -0.001, Number.NEGATIVE_INFINITY]) {
      expect(refusalOf({ [name]: value }).message).toContain(`got ${value}.`)
    }
  })

  it('takes undefined for the default', () => {
    const defaults: Record<string, unknown> = { ...parseOptions() }
    expect({ ...parseOptions({ [name]: undefined }) }).toEqual(defaults)
    expect(defaults[name]).toBeTypeOf('number')
  })

  it(`${finite.includes(name) ? 'refuses' : 'takes'} Infinity`, () => {
    const options = { [name]: Number.POSITIVE_INFINITY }
    if (finite.includes(name)) expect(refusalOf(options).option).toBe(name)
    else expect(parseOptions(options)).toMatchObject(options)
  })

  it(`${[...fromOne, ...timesAboveZero].includes(name) ? 'refuses' : 'takes'} 0`, () => {
    if ([...fromOne, ...timesAboveZero].includes(name)) expect(refusalOf({ [name]: 0 }).option).toBe(name)
    else expect(() => parseOptions({ [name]: 0 })).not.toThrow()
  })

  it(`${counts.includes(name) ? 'refuses' : 'takes'} a fraction`, () => {
    if (counts.includes(name)) expect(refusalOf({ [name]: 1.5 }).message).toContain('an integer')
    else expect(parseOptions({ [name]: 1.5 })).toMatchObject({ [name]: 1.5 })
  })
})

describe('off is spelled false, and nothing else:', () => {
  it.each([...switchable, 'leakWarning'] as const)('%s', name => {
    expect(parseOptions({ [name]: false })).toMatchObject({ [name]: Number.POSITIVE_INFINITY })
  })

  it.each([
    [
      { validateAfter: Number.POSITIVE_INFINITY },
      'validateAfter must be a number of milliseconds of at least 0, or false to never validate on checkout; got Infinity.',
    ],
    [
      { keepalive: Number.POSITIVE_INFINITY },
      'keepalive must be a number of milliseconds greater than 0, or false to send no keepalives; got Infinity.',
    ],
    [
      { keepalive: 0 },
      'keepalive must be a number of milliseconds greater than 0, or false to send no keepalives; got 0.',
    ],
    [
      { leakWarning: Number.POSITIVE_INFINITY },
      'leakWarning must be a number of milliseconds greater than 0, or false to report no leaks; got Infinity.',
    ],
    [
      { leakWarning: 0 },
      'leakWarning must be a number of milliseconds greater than 0, or false to report no leaks; got 0.',
    ],
  ])('%o is refused, which says so', (options, message) => {
    expect(messageOf(refusalOf(options))).toBe(message)
  })

  it.each([...switchable, 'leakWarning'])('%s refuses true', name => {
    expect(refusalOf({ [name]: true }).message).toContain('or false to ')
  })

  it.each([...times, ...timesAboveZero].filter(name => !switchable.includes(name)))('%s refuses it', name => {
    expect(refusalOf({ [name]: false }).message).toContain('or Infinity; got false.')
  })
})

it('min must not be greater than max', () => {
  expect(refusalOf({ min: 5, max: 4 })).toMatchObject({ option: 'min', value: 5 })
  expect(messageOf(refusalOf({ min: 11 }))).toBe('min (11) must not be greater than max (10).')
  expect(parseOptions({ max: 1 })).toMatchObject({ min: 1, max: 1 })
})

it.each([
  ['whenDown', ['retry', true, 0, null, {}]],
  ['allowExitOnIdle', ['true', 1, 0, null, {}]],
  ['random', [1, 'Math.random', null, {}]],
  ['clock', [1, null, {}, { now: () => 0 }, { now: 1, setTimeout: 1, clearTimeout: 1 }]],
])('%s of another type is refused', (name, values) => {
  for (const value of values) {
    expect(refusalOf({ [name]: value })).toMatchObject({ option: name, value: visible(value) })
  }
})

it('options that are not an object are refused', () => {
  for (const options of [null, 5, 'postgres://', [], () => {}])
    expect(refusalOf(options).option).toBe('options')
})

it('are frozen and complete once parsed', () => {
  const config = parseOptions()
  expect(Object.isFrozen(config)).toBe(true)
  expect(config).toMatchObject({
    min: 2,
    max: 10,
    acquireTimeout: 30_000,
    connectTimeout: 10_000,
    idleTimeout: 300_000,
    maxLifetime: 1_800_000,
    maxUses: Number.POSITIVE_INFINITY,
    validateAfter: 500,
    validateTimeout: 5_000,
    keepalive: 120_000,
    resetTimeout: 5_000,
    closeTimeout: 5_000,
    drainTimeout: 20_000,
    maxConnecting: 2,
    maxWaiting: Number.POSITIVE_INFINITY,
    allowExitOnIdle: true,
  })
})

it('any value at all is either taken or refused with an OptionsError that names it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.anything(), (name, value) => {
      try {
        parseOptions({ [name]: value })
      } catch (error) {
        expect(error).toBeInstanceOf(OptionsError)
        expect(error).toMatchObject({ option: expect.stringMatching(`^(${name}|min)$`) })
      }
    }),
  )
})
