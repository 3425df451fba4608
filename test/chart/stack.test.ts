// Any statechart gets a drawing in which everything has its place: boxes inside of their parents, side by side, and arrows from box to box.
import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { readChart, statesOf } from '../../src/chart/chart.js'
import { type Box, groupArrows } from '../../src/chart/drawing.js'
import { stack } from '../../src/chart/stack.js'
import { drawSvg } from '../../src/chart/svg.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import { sampleMachine } from '../docs/sample-machine.js'

const odd = createMachine({
  id: 'odd',
  initial: 'self',
  states: {
    self: { on: { again: { target: 'self', reenter: true }, up: '#odd', deep: 'far.inner.leaf' } },
    far: {
      initial: 'inner',
      states: { inner: { initial: 'leaf', states: { leaf: { on: { out: '#odd.self', top: '#odd.far' } } } } },
    },
    alone: {},
  },
})

const isInside = (one: Box, other: Box): boolean =>
  one.x >= other.x - 0.01 &&
  one.y >= other.y - 0.01 &&
  one.x + one.width <= other.x + other.width + 0.01 &&
  one.y + one.height <= other.y + other.height + 0.01

const overlap = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height

describe.each([
  ['connection', connectionMachine],
  ['pool', poolMachine],
  ['a sample with everything', sampleMachine],
  ['loops and ways in and out', odd],
])('%s', (_, machine) => {
  const root = readChart(machine as typeof connectionMachine)
  const drawing = stack(root)
  const boxes = new Map(drawing.states.map(box => [box.state.name, box]))

  it('has a box for each state, inside of its parent and apart from its siblings', () => {
    expect([...boxes.keys()].sort()).toEqual(
      statesOf(root)
        .map(({ name }) => name)
        .sort(),
    )
    for (const box of drawing.states) {
      const parent = box.state.parent && boxes.get(box.state.parent.name)
      if (parent !== undefined)
        expect([box.state.name, isInside(box, parent)]).toEqual([box.state.name, true])
      for (const sibling of box.state.parent?.children ?? []) {
        const other = boxes.get(sibling.name) as Box
        if (sibling !== box.state)
          expect([box.state.name, sibling.name, overlap(box, other)]).toEqual([
            box.state.name,
            sibling.name,
            false,
          ])
      }
    }
  })

  it('has all arrows, which end at the boxes of the states that they lead to', () => {
    const groups = groupArrows(root)
    const labelled = drawing.arrows.filter(({ label }) => label !== undefined)
    expect(labelled).toHaveLength(groups.length)
    for (const { to } of groups) {
      const { x, y, width, height } = boxes.get(to) as Box
      const touches = labelled.some(({ route }) => {
        const { x: px, y: py } = route.at(-1) as { x: number; y: number }
        return px >= x - 2 && px <= x + width + 2 && py >= y - 2 && py <= y + height + 2
      })
      expect([to, touches]).toEqual([to, true])
    }
  })

  it('has no arrow that leaves it', () => {
    for (const { route } of drawing.arrows)
      for (const { x, y } of route) {
        expect(x).toBeGreaterThanOrEqual(0)
        expect(x).toBeLessThanOrEqual(drawing.width)
        expect(y).toBeGreaterThanOrEqual(0)
        expect(y).toBeLessThanOrEqual(drawing.height)
      }
  })

  it('is drawn the same each time, without a coordinate that is no number', () => {
    const svg = drawSvg(drawing, 'title', 'light')
    expect(svg).toBe(drawSvg(stack(readChart(machine as typeof connectionMachine)), 'title', 'light'))
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})

it('loops lie inside of the state around them', () => {
  const root = readChart(
    createMachine({
      type: 'parallel',
      states: {
        one: { initial: 'a', states: { a: { on: { A_LONG_EVENT: { target: 'a', reenter: true } } } } },
        two: { initial: 'b', states: { b: {} } },
      },
    }),
  )
  const { arrows, states } = stack(root)
  const around = states.find(({ state }) => state.name === 'one') as Box
  const [loop] = arrows.filter(({ label }) => label !== undefined)
  for (const point of loop?.route ?? [])
    expect(isInside({ ...point, width: 0, height: 0 }, around)).toBe(true)
  expect(loop?.route).toHaveLength(4)
})

it('the ends of actors are told by the names of the actors', () => {
  const root = readChart(
    createMachine({
      initial: 'busy',
      states: {
        busy: {
          invoke: [
            { src: 'load', onDone: 'rest', onError: 'failed' },
            { id: 'ticker', src: 'tick', onDone: 'rest' },
          ],
        },
        rest: { initial: 'a', states: { a: { type: 'final' } }, onDone: 'failed' },
        failed: {},
      },
    }),
  )
  expect(groupArrows(root).map(({ from, to, titles }) => `${from} → ${to}: ${titles.join(', ')}`)).toEqual([
    'busy → rest: done of load, done of ticker',
    'busy → failed: error of load',
    'rest → failed: done',
  ])
})
