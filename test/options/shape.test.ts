// The interpreter of the tables that every set of options is checked by.

import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/errors.js'
import { discreetRefusal, refusal } from '../../src/core/refusal.js'
import * as shape from '../../src/core/shape.js'
import { messageOf } from '../../src/core/wording.js'

const { all, boolean, checkGiven, fromText, hidden, integer, list, number, object, oneOf } = shape
const { optional, or, parse, text } = shape

function refused(make: () => unknown): OptionsError {
  try {
    make()
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return error as OptionsError
  }
  throw new Error('It was taken.')
}

const expectation = (check: shape.Check, value: unknown): string =>
  messageOf(refused(() => check('it', value))).replace(/; got .*/, '')

describe('parse', () => {
  it('fills in defaults, leaves what is optional undefined, and refuses what is missing', () => {
    const table = { seed: integer, steps: or(number({ least: 0 }), 40), trace: optional(boolean) }
    expect(parse('simulate', table, { seed: 1 })).toEqual({ seed: 1, steps: 40, trace: undefined })
    expect(messageOf(refused(() => parse('simulate', table, {})))).toBe(
      'seed must be an integer; got undefined.',
    )
  })

  it('reads each option once, and none before it knows all the names', () => {
    let reads = 0
    const given = {
      get seed() {
        return ++reads
      },
    }
    expect(parse('simulate', { seed: integer }, given)).toEqual({ seed: 1 })
    const withUnknown = Object.defineProperty({ ...given, x: 1 }, 'seed', {
      enumerable: true,
      get: () => expect.unreachable(),
    })
    expect(refused(() => parse('simulate', { seed: integer }, withUnknown)).option).toBe('x')
  })

  it('takes no option from a prototype', () => {
    expect(parse('simulate', { steps: or(integer, 40) }, Object.create({ steps: 1 }))).toEqual({ steps: 40 })
  })

  it('has the owner say where a name belongs, and says itself which one a name is like', () => {
    const hint = (name: string, owner: string): string | undefined =>
      name === 'max' ? `${owner} gives max to the pool.` : undefined
    const table = { port: integer }
    expect(messageOf(refused(() => parse('pg', table, { max: 1 }, { hint })))).toBe(
      'pg gives max to the pool.',
    )
    expect(messageOf(refused(() => parse('pg', table, { prot: 1 }, { hint })))).toBe(
      'pg has no option "prot"; did you mean port?',
    )
  })

  it('names options inside of an option by their path', () => {
    const table = { commands: object({ acquire: number({ least: 0 }) }), runs: list('a list', boolean) }
    const given = { commands: { acquire: 1 }, runs: [true] }
    expect(parse('simulate', table, given)).toEqual(given)
    expect(refused(() => parse('simulate', table, { ...given, commands: { acquire: -1 } })).option).toBe(
      'commands.acquire',
    )
    expect(refused(() => parse('simulate', table, { ...given, runs: [true, 1] })).option).toBe('runs[1]')
    expect(messageOf(refused(() => parse('simulate', table, { ...given, commands: { aquire: 1 } })))).toBe(
      'commands has no option "aquire"; did you mean acquire?',
    )
  })
})

describe('a refusal', () => {
  it.each([
    [{ least: 0 }, 'a number of milliseconds of at least 0, or Infinity'],
    [{ above: 0, finite: true }, 'a number of milliseconds greater than 0'],
    [{ least: 1, integer: true, most: 9 }, 'an integer from 1 to 9'],
    [{ above: 0, most: 1, kind: 'a number' }, 'a number greater than 0, up to 1'],
    [
      { above: 0, off: 'false to send none' },
      'a number of milliseconds greater than 0, or false to send none',
    ],
  ] as const)('says what a number may be: %o', (range, expected) => {
    expect(expectation(number(range), 'x')).toBe(`it must be ${expected}`)
  })

  it('lists choices as a sentence does', () => {
    expect(expectation(oneOf(['a', 'b', false]), 'x')).toBe("it must be 'a', 'b' or false")
    expect(expectation(oneOf(['a', 'b']), 'x')).toBe("it must be 'a' or 'b'")
  })

  it('shows as much of the value as the owner and the option allow', () => {
    const given = { it: 'hunter2' }
    const shown = (check: shape.Check, refuse = refusal): string => {
      const error = refused(() => checkGiven({ it: check }, given, refuse))
      return `${messageOf(error)} ${String(error.value)}`
    }
    expect(shown(boolean)).toBe('it must be true or false; got "hunter2". hunter2')
    for (const check of [boolean, fromText(number({ least: 0 })), list('a list', text), all(text, boolean)])
      expect(shown(check, discreetRefusal)).toMatch(/; got a string \(not shown\)\. undefined$/)
    expect(shown(hidden('must be secret', () => false))).toBe('it must be secret. undefined')
  })
})

it('a number as a text is a number, and an empty text is none', () => {
  const port = fromText(number({ least: 0 }))
  expect(port('it', ' 5 ')).toBe(5)
  for (const value of ['', ' ', 'five', null]) expect(refused(() => port('it', value)).value).toBe(value)
})

it('false switches off what says so, which is Infinity, and Infinity does not', () => {
  const keepalive = number({ above: 0, off: 'false to send none' })
  expect(keepalive('it', false)).toBe(Number.POSITIVE_INFINITY)
  for (const value of [Number.POSITIVE_INFINITY, 0, true]) refused(() => keepalive('it', value))
  refused(() => number({ above: 0 })('it', false))
})

it('what is not given, or has no check, is not looked at', () => {
  const given = { it: null, other: undefined, __defineGetter__: 1 }
  expect(() => checkGiven({ it: boolean, other: boolean }, given, refusal)).not.toThrow()
  refused(() => checkGiven({ it: boolean }, { it: 0 }, refusal))
})
