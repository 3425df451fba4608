// The README's tables come from the docstrings, and only what is between their marks is ever touched.

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fillRegions } from '../../scripts/docs/regions.js'
import {
  readErrors,
  readOptions,
  writeErrorsTable,
  writeOptionsTable,
} from '../../scripts/docs/source-tables.js'
import * as errors from '../../src/core/errors.js'
import { parseOptions } from '../../src/core/options.js'

const sourceOf = (path: string): string =>
  readFileSync(new URL(`../../src/core/${path}`, import.meta.url), 'utf8')

describe('a marked region', () => {
  const marked = 'before\n<!-- a:start -->\nold\n<!-- a:end -->\nafter\n'

  test('is replaced, and what is around it stays', () => {
    expect(fillRegions(marked, new Map([['a', 'new']]))).toBe(
      'before\n<!-- a:start -->\n\nnew\n\n<!-- a:end -->\nafter\n',
    )
  })

  test('is the same after filling it again', () => {
    const once = fillRegions(marked, new Map([['a', 'new']]))
    expect(fillRegions(once, new Map([['a', 'new']]))).toBe(once)
  })

  test.each([
    ['without an end', '<!-- a:start -->\n'],
    ['without a start', '<!-- a:end -->\n'],
    ['with two ends', '<!-- a:end -->\n<!-- a:end -->\n'],
    ['with another end', '<!-- a:start -->\n<!-- b:end -->\n'],
    ['with another region inside', '<!-- a:start -->\n<!-- b:start -->\n<!-- b:end -->\n<!-- a:end -->\n'],
  ])('%s is refused', (_, markdown) => {
    const contents = new Map([
      ['a', ''],
      ['b', ''],
    ])
    expect(() => fillRegions(markdown, contents)).toThrow(/region "[ab]" needs its start mark/)
  })

  test('that nothing fills is refused by its name', () => {
    expect(() => fillRegions(marked, new Map([['b', 'new']]))).toThrow('Nothing fills the region "a"')
  })
})

describe('the options table', () => {
  const options = [
    ...readOptions(sourceOf('options.ts'), 'PoolOptions'),
    ...readOptions(sourceOf('hooks.ts'), 'PoolHooks'),
  ]

  test('has every option that the pool takes', () => {
    expect(options.map(({ name }) => name).sort()).toEqual(Object.keys(parseOptions()).sort())
  })

  test('tells the defaults that the pool uses', () => {
    const used = Object.entries(parseOptions()).filter(([, value]) => /number|boolean/.test(typeof value))
    const told = used.map(([name]) => [name, options.find(option => option.name === name)?.fallback])
    expect(told.length).toBeGreaterThan(10)
    for (const [name, fallback] of told) {
      const value = used.find(([option]) => option === name)?.[1]
      const told = fallback?.split(/[ ;]/)[0]
      // An option that is off by `false` is Infinity within the pool.
      if (told === 'false' && typeof value === 'number') expect(value, name).toBe(Number.POSITIVE_INFINITY)
      else expect(told, name).toBe(value?.toLocaleString('en-US').replace('∞', 'Infinity'))
    }
  })

  test('keeps its cells in their columns', () => {
    const table = writeOptionsTable([{ name: 'a', meaning: 'one | two <b>', fallback: '1' }])
    expect(table.split('\n').at(-1)).toBe('| `a` | one \\| two &lt;b&gt; | 1 |')
  })

  test('has no column of defaults when no docstring tells one', () => {
    expect(writeOptionsTable([{ name: 'a', meaning: 'one', fallback: '' }])).toMatch(/\| `a` \| one \|$/)
  })

  test('cannot be written for an option without a docstring', () => {
    expect(() => readOptions('interface O { a?: number }', 'O')).toThrow('O.a has no docstring')
  })
})

describe('the errors table', () => {
  const subjects = ['pool-error', 'acquiring', 'querying', 'connecting', 'misuse']
  const documented = readErrors(subjects.map(subject => sourceOf(`errors/${subject}.ts`)).join('\n'))

  test('has every error that is exported', () => {
    const exported = Object.keys(errors).filter(name => /^[A-Z].*Error$/.test(name) && name !== 'PoolError')
    expect(documented.map(({ name }) => name).sort()).toEqual(exported.sort())
  })

  test('tells for each error its codes and when it comes', () => {
    for (const { name, codes, meaning } of documented) {
      expect(codes, name).not.toEqual([])
      expect(meaning, name).not.toBe('')
    }
    expect(writeErrorsTable(documented)).toContain('| `QueueFullError` | `QUEUE_FULL` | ')
  })
})
