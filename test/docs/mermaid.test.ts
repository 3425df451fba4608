// Mermaid source is valid whatever the machine's names are.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createMachine } from 'xstate'
import { readChart } from '../../src/chart/chart.js'
import { escapeLabel, idOf, writeMermaid } from '../../src/chart/mermaid.js'
import { sampleMachine } from './sample-machine.js'

describe('a Mermaid label', () => {
  test('holds no sign that would end it, start an entity or be taken for HTML or Markdown', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        expect(escapeLabel(text)).not.toMatch(/[:;#*<>"&]/)
        expect(escapeLabel(text)).toHaveLength(text.length)
      }),
    )
  })

  test('keeps ordinary names as they are', () => {
    expect(escapeLabel('driver.connectFailed [isStale] / note, lend')).toBe(
      'driver.connectFailed [isStale] / note, lend',
    )
  })
})

describe('a Mermaid state', () => {
  test('is not named by a word of the language', () => {
    for (const word of ['end', 'state', 'note', 'direction', 'class']) expect(idOf(word)).not.toBe(word)
  })

  test('is named by letters, digits and underscores', () => {
    expect(idOf('validating.checkout')).toBe('validating_checkout')
  })
})

test('every line of the source has one of the forms that Mermaid knows', () => {
  const label = '[^:;#*<>"&]+'
  const forms = [
    'stateDiagram-v2',
    'direction TB',
    `state "${label}" as \\w+( \\{)?`,
    `\\w+ : ${label}`,
    '\\[\\*\\] --> \\w+',
    '\\w+ --> \\[\\*\\]',
    `\\w+ --> \\w+ : ${label}(<br/>${label})*`,
    '\\}',
  ]
  const form = new RegExp(`^ *(${forms.join('|')})$`)
  const lines = writeMermaid(readChart(sampleMachine)).trimEnd().split('\n')
  for (const line of lines) expect(line).toMatch(form)
})

test('a function without a name is not called after the property that it is written in', () => {
  const machine = createMachine({
    id: 'inline',
    initial: 'a',
    states: {
      a: { entry: () => {}, on: { go: { target: 'b', guard: () => true, actions: () => {} } } },
      b: { entry: function greet() {} },
    },
  })
  const source = writeMermaid(readChart(machine))
  expect(source).toContain('go [(inline)]')
  expect(source).toContain('greet')
  expect(source).not.toMatch(/entry \/ entry|\[guard\]|\bactions\b/)
})
