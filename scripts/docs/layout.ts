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
  type Line,
  labelOf,
  linesOf,
  type Mark,
  markSizes,
  type StateBox,
  sizeOf,
} from '../../src/chart/drawing.js'

/** What a drawing may measure to be read on a laptop (1440 × 900) without scrolling, and at full size in a README. */
export const screen = { width: 976, height: 776 }

/** How much a drawing tells. */
interface Detail {
  /** What is written inside of a state. */
  readonly lines: (state: ChartState) => readonly Line[]
  /** What is written on an arrow, from the titles of the transitions that it stands for. */
  readonly titles: (titles: readonly string[]) => readonly string[]
  /** Whether the chart as a whole has a box, in which stands what it does in every state. */
  readonly frame: boolean
}

/** The guard is left out, what needs no event says nothing, and two short ones share a line. */
function eventsOf(titles: readonly string[]): string[] {
  const events = new Set(titles.map(title => title.replace(/ \[.*\]$/, '')))
  events.delete('always')
  const lines: string[] = []
  for (const event of events) {
    const joined = `${lines.at(-1)}, ${event}`
    if (lines.length > 0 && joined.length <= longestLine) lines[lines.length - 1] = joined
    else lines.push(event)
  }
  return lines
}

const longestLine = 18

/** From all that there is to tell down to the states' names and the events that lead from one to another. */
const details: readonly [Detail, ...Detail[]] = [
  { lines: linesOf, titles: titles => titles, frame: true },
  { lines: () => [], titles: titles => titles, frame: false },
  { lines: () => [], titles: eventsOf, frame: false },
]

/** A way to lay a chart out: the direction of life, and what else ELK is told. */
interface Layout {
  readonly direction: string
  readonly options: Readonly<Record<string, string>>
}

/** Of these none is the best for every chart; they differ in how ELK decides which arrows point backwards. */
const ways = ['DOWN', 'RIGHT'].flatMap(direction =>
  ['MODEL_ORDER', 'DEPTH_FIRST'].map(
    (strategy): Layout => ({ direction, options: { 'elk.layered.cycleBreaking.strategy': strategy } }),
  ),
)

/** For charts that fit no screen otherwise: closer together, and with other starts for ELK's search. */
const closerWays = ['5', '2', '3', '7', '11'].flatMap(seed =>
  ['NETWORK_SIMPLEX', 'LINEAR_SEGMENTS'].map(
    (placement): Layout => ({
      direction: 'DOWN',
      options: {
        'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
        'elk.randomSeed': seed,
        'elk.layered.nodePlacement.strategy': placement,
        'elk.layered.spacing.nodeNodeBetweenLayers': '4',
        'elk.layered.spacing.edgeNodeBetweenLayers': '3',
        'elk.layered.spacing.edgeEdgeBetweenLayers': '3',
      },
    }),
  ),
)

/**
 * Lays the chart out: with as much detail as can be read on a screen without scrolling, in the way that takes the least room. The same chart
 * always gets the same drawing.
 */
export async function layOut(root: ChartState): Promise<Drawing> {
  let smallest: Drawing | undefined
  for (const detail of details) {
    const drawings = await inAllWays(detail, root)
    const [best] = drawings.toSorted((one, other) => excess(one) - excess(other))
    if (best !== undefined && excess(best) <= 1) return best
    smallest = best
  }
  const closer = await Promise.all(
    closerWays.map(way => layOutBy(way, details[details.length - 1] as Detail, root)),
  )
  return closer.reduce((best, next) => (excess(next) < excess(best) ? next : best), smallest as Drawing)
}

/** Lays the chart out with all that there is to tell, in the way that takes the least room: to be looked at alone. */
export async function layOutInFull(root: ChartState): Promise<Drawing> {
  const drawings = await inAllWays(details[0], root)
  return drawings.reduce((best, next) => (excess(next) < excess(best) ? next : best))
}

/** What was laid out before: both drawings begin with all that there is to tell, and a layout takes half a second. */
const laidOut = new WeakMap<ChartState, Map<Detail, Promise<Drawing[]>>>()

function inAllWays(detail: Detail, root: ChartState): Promise<Drawing[]> {
  const known = laidOut.get(root) ?? new Map<Detail, Promise<Drawing[]>>()
  laidOut.set(root, known)
  const drawings = known.get(detail) ?? Promise.all(ways.map(way => layOutBy(way, detail, root)))
  known.set(detail, drawings)
  return drawings
}

/** How many times as large as the screen, in the direction in which it is larger. */
const excess = ({ width, height }: Drawing): number => Math.max(width / screen.width, height / screen.height)

async function layOutBy({ direction, options }: Layout, detail: Detail, root: ChartState): Promise<Drawing> {
  const edges = arrowsOf(root, detail)
  const node = nodeOf(root, edges, detail, direction)
  const graph = await new elk.default().layout({
    ...node,
    edges,
    layoutOptions: {
      ...node.layoutOptions,
      ...layoutOptions,
      'elk.direction': direction,
      ...options,
    },
  })
  const states: StateBox[] = []
  const marks: Mark[] = []
  const byName = new Map(statesOf(root).map(state => [state.name, state]))
  const collect = (node: ElkNode, depth: number): void => {
    const box = boxOf(node)
    const state = byName.get(node.id)
    if (state) {
      if (depth > 0 || detail.frame) states.push({ ...box, state, depth, lines: detail.lines(state) })
    } else marks.push({ ...box, kind: node.id.endsWith(initialSuffix) ? 'initial' : 'any' })
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
  'elk.randomSeed': '5',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': 'WIDEST_LAYER',
  'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '40',
  'elk.spacing.nodeNode': '12',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '7',
  'elk.spacing.edgeLabel': '2',
  'elk.layered.spacing.nodeNodeBetweenLayers': '6',
  'elk.layered.spacing.edgeNodeBetweenLayers': '4',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '4',
}

function nodeOf(
  state: ChartState,
  edges: readonly ElkExtendedEdge[],
  detail: Detail,
  direction: string,
): ElkNode {
  const { width, height } = sizeOf(state, detail.lines(state))
  if (state.children.length === 0) return { id: state.name, width, height }
  const mark = (suffix: string, size: { width: number; height: number }): ElkNode[] =>
    edges.some(edge => edge.sources[0] === state.name + suffix) ? [{ id: state.name + suffix, ...size }] : []
  return {
    id: state.name,
    children: [
      ...mark(initialSuffix, markSizes.initial),
      ...mark(anySuffix, markSizes.any),
      ...state.children.map(child => nodeOf(child, edges, detail, direction)),
    ],
    layoutOptions: {
      'elk.padding':
        state.parent === undefined && !detail.frame
          ? '[top=2,left=2,bottom=2,right=2]'
          : `[top=${height + 6},left=10,bottom=10,right=10]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      // ELK forgets to turn this pair when it lays out downwards.
      'elk.nodeSize.minimum': direction === 'DOWN' ? `(${height},${width})` : `(${width},${height})`,
    },
  }
}

function arrowsOf(root: ChartState, detail: Detail): ElkExtendedEdge[] {
  const starts = statesOf(root).flatMap(({ name, initial }) =>
    initial ? [{ from: name + initialSuffix, to: initial.name, titles: [] }] : [],
  )
  const order = statesOf(root).map(({ name }) => name)
  return [...starts, ...groupArrows(root)].map(({ from, to, titles }) => ({
    id: `${from} → ${to}`,
    sources: [from],
    targets: [to],
    layoutOptions: { 'elk.layered.priority.direction': order.indexOf(from) < order.indexOf(to) ? '10' : '0' },
    labels: detail.titles(titles).length === 0 ? [] : [elkLabelOf(detail.titles(titles))],
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
