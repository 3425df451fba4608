// A statechart's geometry for a live page: boxes with names only, wide for a screen and narrow for a phone.

import elk, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js'
import {
  type ChartState,
  type ChartTransition,
  statesOf,
  titleOf,
  transitionsOf,
} from '../../src/chart/chart.js'
import { anySuffix, groupArrows, isAside, isEnd } from '../../src/chart/drawing.js'
import type { Chart, ChartBox, ChartDrawing, Way } from '../../src/inspector/page/chart-types.js'

const initialSuffix = '#initial'
const charWidth = 6.7
const countWidth = 26

/** How each drawing is laid out: the direction of life, and which of ELK's strategies gives the calmest picture. */
const shapes = {
  wide: { direction: 'RIGHT', strategy: 'DEPTH_FIRST', placement: 'LINEAR_SEGMENTS' },
  narrow: { direction: 'DOWN', strategy: 'DEPTH_FIRST', placement: 'LINEAR_SEGMENTS' },
} as const

/** The chart with both drawings. The same machine always gets the same ones. */
export async function compactChart(root: ChartState): Promise<Chart> {
  const leaves = statesOf(root)
  return {
    name: root.name,
    transient: leaves.filter(isPassedThrough).map(({ name }) => name),
    aside: transitionsOf(root)
      .filter(each => isEnd(each) || isAside(each))
      .flatMap(waysOf),
    wide: await draw(root, shapes.wide),
    narrow: await draw(root, shapes.narrow),
  }
}

const waysOf = (transition: ChartTransition): Way[] =>
  transition.targets.map(target => ({
    from: transition.source.name,
    to: target.name,
    titles: [titleOf(transition)],
  }))

/** Rested in never: all that it does is to go on. */
const isPassedThrough = ({ transitions, children }: ChartState): boolean =>
  children.length === 0 &&
  transitions.length > 0 &&
  transitions.every(({ trigger }) => trigger.kind === 'always')

async function draw(root: ChartState, shape: (typeof shapes)[keyof typeof shapes]): Promise<ChartDrawing> {
  const arrows = [
    ...statesOf(root).flatMap(({ name, initial }) =>
      initial ? [{ from: name + initialSuffix, to: initial.name, titles: [] as string[] }] : [],
    ),
    ...groupArrows(root),
  ]
  const order = statesOf(root).map(({ name }) => name)
  const edges: ElkExtendedEdge[] = arrows.map(({ from, to }) => ({
    id: `${from} → ${to}`,
    sources: [from],
    targets: [to],
    layoutOptions: { 'elk.layered.priority.direction': order.indexOf(from) < order.indexOf(to) ? '10' : '0' },
  }))
  const node = nodeOf(root, new Set(arrows.map(({ from }) => from)), true)
  const graph = await new elk.default().layout({
    ...node,
    edges,
    layoutOptions: {
      ...node.layoutOptions,
      'elk.algorithm': 'layered',
      'elk.direction': shape.direction,
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.randomSeed': '1',
      'elk.layered.considerModelOrder.strategy': 'PREFER_NODES',
      'elk.layered.nodePlacement.strategy': shape.placement,
      'elk.layered.cycleBreaking.strategy': shape.strategy,
      'elk.layered.thoroughness': '60',
      'elk.spacing.nodeNode': '14',
      'elk.spacing.edgeNode': '9',
      'elk.spacing.edgeEdge': '7',
      'elk.layered.spacing.nodeNodeBetweenLayers': '16',
      'elk.layered.spacing.edgeNodeBetweenLayers': '8',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '7',
    },
  })
  const byName = new Map(statesOf(root).map(state => [state.name, state]))
  const boxes: ChartBox[] = []
  const collect = (each: ElkNode): void => {
    const state = byName.get(each.id)
    const kind = each.id.endsWith(initialSuffix)
      ? 'initial'
      : each.id.endsWith(anySuffix)
        ? 'any'
        : state?.kind === 'final'
          ? 'final'
          : each.children?.length
            ? 'compound'
            : 'simple'
    if (state !== root)
      boxes.push({
        name: each.id,
        label: kind === 'any' ? 'any state' : (state?.key ?? ''),
        kind,
        x: tenth(each.x),
        y: tenth(each.y),
        width: tenth(each.width),
        height: tenth(each.height),
      })
    for (const child of each.children ?? []) collect(child)
  }
  collect(graph)
  return {
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    boxes,
    arrows: (graph.edges ?? []).map((edge, place) => {
      const [section] = edge.sections ?? []
      const arrow = arrows[place]
      if (!section || !arrow) throw new Error(`${edge.id} has no route.`)
      const route = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint]
      return { ...arrow, route: route.map(({ x, y }) => [tenth(x), tenth(y)] as const) }
    }),
  }
}

function nodeOf(state: ChartState, starts: ReadonlySet<string>, isRoot: boolean): ElkNode {
  const width = Math.max(58, Math.round(state.key.length * charWidth + 18 + countWidth))
  if (state.children.length === 0) return { id: state.name, width, height: 30 }
  return {
    id: state.name,
    children: [
      ...(starts.has(state.name + initialSuffix)
        ? [{ id: state.name + initialSuffix, width: 7, height: 7 }]
        : []),
      ...(starts.has(state.name + anySuffix) ? [{ id: state.name + anySuffix, width: 62, height: 22 }] : []),
      ...state.children.map(child => nodeOf(child, starts, false)),
    ],
    layoutOptions: {
      'elk.padding': isRoot ? '[top=6,left=6,bottom=6,right=6]' : '[top=30,left=10,bottom=10,right=10]',
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(30,${width})`,
    },
  }
}

const tenth = (value = 0): number => Math.round(value * 10) / 10
