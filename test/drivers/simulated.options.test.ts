// A simulated driver refuses what cannot be set, by name, with the value and the range.

import { describe, expect, it } from 'vitest'
import { OptionsError } from '../../src/core/errors.js'
import { messageOf } from '../../src/core/wording.js'
import { type SimulatedOptions, simulated } from '../../src/db/simulated/index.js'

const refusal = (options: unknown): OptionsError => {
  try {
    simulated(options as SimulatedOptions)
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe("a simulated driver's options", () => {
  it.each([
    [{ connectLatency: -1 }, 'connectLatency must be a number of milliseconds of at least 0; got -1.'],
    [
      { queryLatency: Number.POSITIVE_INFINITY },
      'queryLatency must be a number of milliseconds of at least 0; got Infinity.',
    ],
    [
      { closeLatency: [5] },
      'closeLatency must be a number of milliseconds or a range of two, [least, most]; got an array.',
    ],
    [
      { closeLatency: [5, Number.NaN] },
      'closeLatency[1] must be a number of milliseconds of at least 0; got NaN.',
    ],
    [
      { closeLatency: [6, 5] },
      'closeLatency must be a range whose first number is not greater than the second (6 > 5); got an array.',
    ],
    [{ unhealthyRate: 5 }, 'unhealthyRate must be a number from 0 to 1; got 5.'],
    [{ unhealthyRate: '1' }, 'unhealthyRate must be a number from 0 to 1; got "1".'],
    [{ maxConnections: 1.5 }, 'maxConnections must be an integer of at least 0, or Infinity; got 1.5.'],
    [{ seed: 0.5 }, 'seed must be an integer; got 0.5.'],
    [{ clock: {} }, 'clock must be an object with the method now; got an object (Object).'],
    [{ conectLatency: 1 }, 'simulated has no option "conectLatency"; did you mean connectLatency?'],
    [null, 'simulated takes an object of options; got null.'],
  ])('refuses %o', (options, message) => {
    expect(messageOf(refusal(options))).toBe(message)
  })

  it('are refused in the same way when changed at run time, and then nothing changes', () => {
    const { database } = simulated()
    const before = database.settings
    expect(() => database.change({ queryLatency: 1, resetHangRate: 2 })).toThrow(OptionsError)
    expect(() => database.change({ seed: 2 } as object)).toThrow('change has no option "seed"')
    expect(database.settings).toBe(before)
  })

  it('takes whole ranges, zero, and no limit', () => {
    const { settings } = simulated({
      loseAfter: Number.POSITIVE_INFINITY,
      connectLatency: [0, 0],
      maxConnections: 0,
    }).database
    expect(settings).toMatchObject({ connectLatency: [0, 0], maxConnections: 0, unhealthyRate: 0.05 })
  })
})
