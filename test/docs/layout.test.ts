// A drawn chart can be read: nothing covers anything else, everything fits where it stands, and it fits a laptop's screen.

import { describe, expect, test } from 'vitest'
import type { AnyStateMachine } from 'xstate'
import { layOut, layOutInFull } from '../../scripts/docs/layout.js'
import { readChart } from '../../src/chart/chart.js'
import { type Box, text } from '../../src/chart/drawing.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import { sampleMachine } from './sample-machine.js'

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

const holds = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height

const machines = { connection: connectionMachine, pool: poolMachine, sample: sampleMachine }

const drawings = Object.entries<AnyStateMachine>(machines).flatMap(([name, machine]) => {
  const chart = readChart(machine)
  return [
    [name, 'that fits a screen', chart, layOut],
    [name, 'in full', chart, layOutInFull],
  ] as const
})

describe.each(drawings)('the drawing of %s %s', async (_name, kind, chart, draw) => {
  const { states, arrows, width, height } = await draw(chart)
  const labels = arrows.flatMap(({ label }) => (label ? [label] : []))

  test('has no two labels over each other', () => {
    for (const [place, label] of labels.entries())
      for (const other of labels.slice(place + 1)) expect(overlap(label, other)).toBe(false)
  })

  test('has no label over a simple state, nor over the text of a compound one', () => {
    for (const { state, x, y, width, height, lines } of states.filter(({ depth }) => depth > 0)) {
      const textHeight = text.header + lines.length * text.lineHeight
      const covered = { x, y, width, height: state.children.length > 0 ? textHeight : height }
      for (const label of labels) expect(overlap(covered, label), `${state.name}: ${label.lines}`).toBe(false)
    }
  })

  test('has every state within its parent, below the text there, and beside its siblings', () => {
    for (const box of states) {
      for (const child of states.filter(({ state }) => state.parent === box.state)) {
        expect(holds(box, child), child.state.name).toBe(true)
        expect(child.y).toBeGreaterThan(box.y + text.header + box.lines.length * text.lineHeight)
      }
      for (const other of states)
        if (other !== box && other.state.parent === box.state.parent) expect(overlap(box, other)).toBe(false)
    }
  })

  test('has room for every line in its state', () => {
    for (const { state, lines, width, height } of states) {
      for (const line of lines)
        expect(line.text.length * text.charWidth + text.inset, state.name).toBeLessThan(width)
      expect(text.header + lines.length * text.lineHeight).toBeLessThanOrEqual(height)
    }
  })

  test.runIf(kind === 'that fits a screen')(
    'fits a laptop (1440 × 900) below the browser’s own bars, and the width of a README',
    () => {
      expect(width).toBeLessThanOrEqual(1000)
      expect(height).toBeLessThanOrEqual(780)
    },
  )
})
