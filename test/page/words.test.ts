import { describe, expect, it } from 'vitest'
import {
  brief,
  count,
  counted,
  duration,
  firstUsefulLine,
  momentOf,
  openOfMost,
  sentenceOf,
  shortly,
  sizeWords,
  withoutIndent,
} from '../../src/inspector/page/model/words.js'

describe('words', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '<1 ms'],
    [840.4, '840 ms'],
    [1_840, '1.8 s'],
    [9_960, '10 s'],
    [60_000, '1 min'],
    [250_000, '4 min 10 s'],
    [7_500_000, '2 h 5 min'],
    [Number.POSITIVE_INFINITY, 'no limit'],
  ])('a duration of %s ms is %s', (milliseconds, words) => expect(duration(milliseconds)).toBe(words))

  it('an adaptive pool says what it does about its size', () => {
    expect(['searching', 'holding', 'trying'].map(state => sizeWords({ state, limit: 32 }))).toEqual([
      'looks for the best size up to 32',
      'holds the best size up to 32',
      'tries one connection more up to 32',
    ])
  })

  it('a duration in a narrow place is one figure', () => {
    expect([840, 74_900, 720_000, 10_800_000].map(brief)).toEqual(['840 ms', '74 s', '12 min', '3 h'])
  })

  it('large counts are short', () => {
    expect([0, 1_234, 12_345, 234_567, 4_500_000].map(count)).toEqual(['0', '1,234', '12.3k', '235k', '4.5M'])
    expect([counted(1, 'caller'), counted(2, 'caller')]).toEqual(['1 caller', '2 callers'])
  })

  it('a stack is shown by the line of the app, and that by its function and file', () => {
    const stack =
      '    at Pool.acquire (/app/node_modules/statepool/dist/pool.js:1:2)\n    at async listOrders (/app/src/orders/list.ts:42:31)'
    expect(firstUsefulLine(stack)).toBe('async listOrders (/app/src/orders/list.ts:42:31)')
    expect(shortly(firstUsefulLine(stack))).toBe('listOrders · list.ts:42')
    expect(shortly('/app/src/main.ts:7:3')).toBe('main.ts:7')
    expect(shortly('something else')).toBe('something else')
    expect(withoutIndent('    at one\n    at two')).toBe('one\ntwo')
  })

  it('a notice is a sentence, with what the error says in its first line', () => {
    expect(
      sentenceOf({
        at: 0,
        type: 'acquire.timedOut',
        waited: 5_000,
        error: {
          name: 'AcquireTimeoutError',
          message: 'No connection became free (position 3 of 9).\n  Why: …',
        },
      }),
    ).toEqual({ tone: 'bad', text: 'A caller waited 5.0 s in vain: No connection became free.' })
    expect(
      sentenceOf({ at: 0, type: 'connection.lost', error: { name: 'Error', code: 'ECONNRESET' } }).text,
    ).toMatch(/ECONNRESET$/)
    expect(
      sentenceOf({
        at: 0,
        type: 'connection.failed',
        error: { name: 'ConnectError', message: 'Could not connect to db:5432: ECONNREFUSED.' },
      }).text,
    ).toBe('Could not connect to db:5432: ECONNREFUSED.')
    expect(sentenceOf({ at: 0, type: 'something.new' })).toEqual({ tone: 'plain', text: 'something.new' })
  })

  it('a moment is a time of day, whichever clock counts from when; in simulated time, how long after the beginning', () => {
    const day = /^\d\d:\d\d:05\.250$/
    const unix = Date.UTC(2026, 0, 5, 12, 0, 5, 250)
    expect(momentOf(unix, 0.4)).toMatch(day) // the system's clock
    expect(momentOf(5_250, unix - 5_250)).toMatch(day) // one that began with the program
    expect(momentOf(65_250, 0)).toBe('1:05.250')
  })

  it('of how many are open take as many places for each number', () => {
    const lengths = [0, 9, 10, 100].map(open => openOfMost(open, 100).length)
    expect(new Set(lengths).size).toBe(1)
    expect(openOfMost(9, 10)).toBe('\u20079 of at most 10 connections open')
    expect(openOfMost(1, 1)).toBe('1 of at most 1 connection open')
  })
})
