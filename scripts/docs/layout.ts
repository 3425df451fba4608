// Where everything in a drawn statechart goes: boxes and routes from ELK, text from the chart.

import elk, { type ElkExtendedEdge, type ElkLabel, type ElkNode } from 'elkjs/lib/elk.bundled.js'
import { type ChartState, statesOf } from '../../src/chart/chart.js'
import {
  type Arrow,
  anySuffix,
  type Box,
  type Drawing,
  groupArrows,
  initialSuffix,
  labelOf,
  linesOf,
  type Mark,
  markSizes,
  type StateBox,
  sizeOf,
} from '../../src/chart/drawing.js'

/** As wide as a drawing may be to be read on a page without scrolling sideways. */
const widest = 976

/** Ways to decide which arrows point upwards; none is the best for every chart. */
const strategies = ['MODEL_ORDER', 'DEPTH_FIRST']

/**
 * Lays the chart out from top to bottom, in the order of life: of several drawings the lowest that is not too wide. The same chart always
 * gets the same drawing.
 */
export async function layOut(root: ChartState): Promise<Drawing> {
  const drawings = await Promise.all(strategies.map(strategy => layOutBy(strategy, root)))
  const fitting = drawings.filter(({ width }) => width <= widest)
  return (fitting.length > 0 ? fitting : drawings).reduce((low, next) =>
    next.height < low.height ? next : low,
  )
}

async function layOutBy(strategy: string, root: ChartState): Promise<Drawing> {
  const edges = arrowsOf(root)
  const graph = await new elk.default().layout({
    ...nodeOf(root, edges),
    edges,
    layoutOptions: {
      ...nodeOf(root, edges).layoutOptions,
      ...layoutOptions,
      'elk.layered.cycleBreaking.strategy': strategy,
    },
  })
  const states: StateBox[] = []
  const marks: Mark[] = []
  const byName = new Map(statesOf(root).map(state => [state.name, state]))
  const collect = (node: ElkNode, depth: number): void => {
    const box = boxOf(node)
    const state = byName.get(node.id)
    if (state) states.push({ ...box, state, depth, lines: linesOf(state) })
    else marks.push({ ...box, kind: node.id.endsWith(initialSuffix) ? 'initial' : 'any' })
    for (const child of node.children ?? []) collect(child, depth + 1)
  }
  collect(graph, 0)
  return {
    width: graph.width ?? 0,
    height: graph.height ?? 0,
    states,
    marks,
    arrows: (graph.edges ?? []).map(arrowOf),
  }
}

const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': 'SPACE_EFFICIENT_LAYER',
  'elk.randomSeed': '1',
  'elk.layered.considerModelOrder.strategy': 'PREFER_NODES',
  'elk.layered.nodePlacement.strategy': 'LINEAR_SEGMENTS',
  'elk.layered.thoroughness': '40',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeLabel': '4',
  'elk.layered.spacing.nodeNodeBetweenLayers': '26',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
}

function nodeOf(state: ChartState, edges: readonly ElkExtendedEdge[]): ElkNode {
  const { width, height } = sizeOf(state)
  if (state.children.length === 0) return { id: state.name, width, height }
  const mark = (suffix: string, size: { width: number; height: number }): ElkNode[] =>
    edges.some(edge => edge.sources[0] === state.name + suffix) ? [{ id: state.name + suffix, ...size }] : []
  return {
    id: state.name,
    children: [
      ...mark(initialSuffix, markSizes.initial),
      ...mark(anySuffix, markSizes.any),
      ...state.children.map(child => nodeOf(child, edges)),
    ],
    layoutOptions: {
      'elk.padding': `[top=${height + 12},left=16,bottom=16,right=16]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${height},${width})`, // ELK forgets to turn this pair when it lays out downwards
    },
  }
}

function arrowsOf(root: ChartState): ElkExtendedEdge[] {
  const starts = statesOf(root).flatMap(({ name, initial }) =>
    initial ? [{ from: name + initialSuffix, to: initial.name, titles: [] }] : [],
  )
  const order = statesOf(root).map(({ name }) => name)
  return [...starts, ...groupArrows(root)].map(({ from, to, titles }) => ({
    id: `${from} → ${to}`,
    sources: [from],
    targets: [to],
    layoutOptions: { 'elk.layered.priority.direction': order.indexOf(from) < order.indexOf(to) ? '10' : '0' },
    labels: titles.length === 0 ? [] : [elkLabelOf(titles)],
  }))
}

function elkLabelOf(titles: readonly string[]): ElkLabel {
  const { lines, width, height } = labelOf(titles)
  return { text: lines.join('\n'), width, height, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x, y, width, height }
}

function arrowOf(edge: ElkExtendedEdge): Arrow {
  const [section] = edge.sections ?? []
  if (!section) throw new Error(`${edge.id} has no route.`)
  const [label] = edge.labels ?? []
  return {
    route: [section.startPoint, ...(section.bendPoints ?? []), section.endPoint],
    label: label && { ...boxOf(label), lines: (label.text ?? '').split('\n') },
  }
}
