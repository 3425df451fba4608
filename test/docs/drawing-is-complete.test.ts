// A drawn chart leaves nothing out: each state and each transition of the machine is in the Mermaid source and in the SVG.

import { describe, expect, test } from 'vitest'
import type { AnyStateMachine, AnyStateNode } from 'xstate'
import { writeStatechart } from '../../scripts/docs/statechart-page.js'
import { readChart } from '../../src/chart/chart.js'
import { escapeLabel, writeMermaid } from '../../src/chart/mermaid.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import { sampleMachine } from './sample-machine.js'

/** What a reader must find, asked of XState's own definition rather than of the chart under test. */
interface Expected {
  readonly state: string
  readonly event: string
  readonly guard: string | undefined
  readonly targets: readonly string[]
}

function expectedOf(machine: AnyStateMachine): Expected[] {
  const nodes = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodes)]
  return nodes(machine.root).flatMap(node =>
    [...(node.always ?? []), ...[...node.transitions.values()].flat()].map(
      ({ eventType, guard, target }) => ({
        state: node.key,
        event: eventType === '' ? 'always' : eventType.replace(/^xstate\.after\.([^.]+)\..*$/, 'after $1'),
        guard: typeof guard === 'string' ? guard : undefined,
        targets: (target ?? []).map(({ key }) => key),
      }),
    ),
  )
}

function textOfSvg(svg: string): string {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)]
    .map(([, text = '']) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'))
    .join('\n')
}

const machines = { connection: connectionMachine, pool: poolMachine, sample: sampleMachine }

describe.each(Object.entries<AnyStateMachine>(machines))('the chart of %s', (name, machine) => {
  const expected = expectedOf(machine)
  const chart = readChart(machine)
  const written = writeStatechart(chart)

  test('has something to show', () => {
    expect(expected.length).toBeGreaterThan(5)
  })

  test('names every state, event, guard and delay in its drawing in full', async () => {
    const text = textOfSvg((await written).get(`${name}-in-full.svg`) ?? '')
    for (const { state, event, guard, targets } of expected)
      for (const word of [state, event, guard ?? '', ...targets]) expect(text).toContain(word)
  })

  test('names every state, event, guard and delay in its Mermaid source', () => {
    const mermaid = writeMermaid(chart)
    for (const { state, event, guard, targets } of expected)
      for (const word of [state, event, guard ?? '', ...targets]) expect(mermaid).toContain(escapeLabel(word))
  })

  test('has a row for every transition in its tables', async () => {
    const page = (await written).get(`${name}.md`) ?? ''
    const rows = page.slice(page.indexOf('## Every transition')).match(/^\| `.*\|$/gm) ?? []
    expect(rows).toHaveLength(expected.length)
  })

  test('shows each transition in the SVG once, as a label or as a line in its state', async () => {
    const svg = (await written).get(`${name}-in-full.svg`) ?? ''
    const text = textOfSvg(svg.replaceAll(/<text[^>]*font-weight.*<\/text>/g, '')) // without the states' titles
    const counted = new Map<string, number>()
    for (const { event } of expected) counted.set(event, (counted.get(event) ?? 0) + 1)
    for (const [event, count] of counted) expect(occurrences(text, event), event).toBe(count)
  })
})

/** How often a name stands as a word of its own: not as part of a longer name, nor as an action or a state's title. */
function occurrences(text: string, event: string): number {
  return text.split('\n').reduce((sum, line) => {
    const what = line.split(' / ')[0] ?? ''
    const words =
      what.startsWith('ignores ') || line.startsWith('    ')
        ? line.replace('ignores ', '').split(',')
        : [what]
    return sum + words.filter(word => isTitleOf(word.trim(), event)).length
  }, 0)
}

function isTitleOf(words: string, event: string): boolean {
  return words === event || words.startsWith(`${event} [`) || words.startsWith(`${event} →`)
}
