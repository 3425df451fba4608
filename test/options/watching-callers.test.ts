// leakWarning, leakSampling and deadlockCheck: what they may be.

import { expect, it } from 'vitest'
import { parseOptions } from '../../src/core/options.js'
import { OptionsError, type PoolOptions } from '../../src/index.js'

function refusalOf(options: object): OptionsError {
  try {
    parseOptions(options as PoolOptions)
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError)
    return error as OptionsError
  }
  throw new Error('It was taken.')
}

it('all are off unless asked for, and undefined asks for nothing', () => {
  const off = { leakWarning: Number.POSITIVE_INFINITY, leakSampling: 1, deadlockCheck: false }
  expect(parseOptions()).toMatchObject(off)
  const nothing = { leakWarning: undefined, leakSampling: undefined, deadlockCheck: undefined }
  expect(parseOptions(nothing)).toMatchObject(off)
})

it('leakWarning is a time above 0, or false for never', () => {
  expect(parseOptions({ leakWarning: 0.5 }).leakWarning).toBe(0.5)
  expect(parseOptions({ leakWarning: false }).leakWarning).toBe(Number.POSITIVE_INFINITY)
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, true, null, '5', {}, 5n]) {
    const error = refusalOf({ leakWarning: value })
    expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: 'leakWarning', value })
    expect(error.message).toContain(
      'leakWarning must be a number of milliseconds greater than 0, or false to report no leaks; got ',
    )
  }
})

it('leakSampling is a share: above 0, and 1 at most', () => {
  for (const share of [1, 0.01, Number.MIN_VALUE]) {
    expect(parseOptions({ leakSampling: share }).leakSampling).toBe(share)
  }
  for (const value of [0, 1.01, -0.1, Number.NaN, Number.POSITIVE_INFINITY, false, true, null, '1']) {
    const error = refusalOf({ leakSampling: value })
    expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: 'leakSampling', value })
    expect(error.message).toContain('leakSampling must be a number greater than 0, up to 1; got ')
  }
})

it('deadlockCheck is warn, error or false', () => {
  for (const choice of ['warn', 'error', false] as const) {
    expect(parseOptions({ deadlockCheck: choice }).deadlockCheck).toBe(choice)
  }
  for (const value of [true, 'Warn', '', 0, null, 'off', {}]) {
    const error = refusalOf({ deadlockCheck: value })
    if (value !== null) expect(error).toMatchObject({ option: 'deadlockCheck', value })
    expect(error.message).toContain("deadlockCheck must be 'warn', 'error' or false; got ")
  }
})
