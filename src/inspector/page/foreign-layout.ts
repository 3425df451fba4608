// Lays out the chart of a machine that is not one of ours. Loaded when one is looked at, because it brings a library.

import dagre from '@dagrejs/dagre'
import type { Chart, ChartArrow, ChartBox, ChartDrawing } from './chart-types.js'
import type { ForeignMachine, ForeignState } from './model/foreign-machine.js'

const charWidth = 7.2

/** The chart, drawn once: it is as wide as it needs. */
export function layOutForeign(machine: ForeignMachine): Chart {
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 36, edgesep: 12, marginx: 10, marginy: 16 })
  const byName = new Map(machine.states.map(state => [state.name, state]))
  const isCompound = (name: string): boolean => machine.states.some(({ parent }) => parent === name)
  for (const state of machine.states) {
    graph.setNode(state.name, isCompound(state.name) ? {} : { width: widthOf(state), height: 30 })
  }
  for (const { name, parent } of machine.states) if (parent !== undefined) graph.setParent(name, parent)
  /** Clusters have no arrows: what leads to one leads to where it begins, and what leaves one leaves from there. */
  const leafOf = (name: string): string => {
    let inner = byName.get(name)
    for (let depth = 0; inner !== undefined && isCompound(inner.name) && depth < 20; depth++) {
      const { name: outer, initial } = inner
      inner = byName.get(initial ?? '') ?? machine.states.find(({ parent }) => parent === outer)
    }
    return inner?.name ?? name
  }
  const arrows = new Map<string, { from: string; to: string; titles: string[] }>()
  for (const { from, to, title } of machine.ways) {
    const [start, end] = [from === '' ? '' : leafOf(from), leafOf(to)]
    if (start === '') continue // of every state: it would hide the others
    const arrow = arrows.get(`${start} ${end}`) ?? { from: start, to: end, titles: [] }
    arrow.titles.push(title)
    arrows.set(`${start} ${end}`, arrow)
  }
  for (const [key, { from, to }] of arrows) if (from !== to) graph.setEdge(from, to, {}, key)
  dagre.layout(graph)
  const drawing: ChartDrawing = {
    width: Math.ceil(graph.graph().width ?? 0),
    height: Math.ceil(graph.graph().height ?? 0),
    boxes: machine.states.map(state => boxOf(state, graph.node(state.name), isCompound(state.name))),
    arrows: [...arrows].map(([key, arrow]): ChartArrow => {
      if (arrow.from === arrow.to) return { ...arrow, route: loopOver(graph.node(arrow.from)) }
      const { points = [] } = graph.edge(arrow.from, arrow.to, key) as { points?: { x: number; y: number }[] }
      return { ...arrow, route: points.map(({ x, y }) => [x, y] as const) }
    }),
  }
  return { name: machine.name, transient: [], aside: [], wide: drawing, narrow: drawing }
}

/** Out of the top of a box, and into it again. */
function loopOver({ x, y, height }: { x: number; y: number; height: number }): ChartArrow['route'] {
  const top = y - height / 2
  return [
    [x - 4, top],
    [x - 4, top - 9],
    [x + 14, top - 9],
    [x + 14, top],
  ]
}

const widthOf = ({ key }: ForeignState): number => Math.max(56, key.length * charWidth + 26)

function boxOf(
  { name, key, isFinal }: ForeignState,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  compound: boolean,
): ChartBox {
  // Room for the title of a cluster, which dagre does not know of.
  const head = compound ? 14 : 0
  return {
    name,
    label: key,
    kind: compound ? 'compound' : isFinal ? 'final' : 'simple',
    x: x - width / 2,
    y: y - height / 2 - head,
    width,
    height: height + head,
  }
}
