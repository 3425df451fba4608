// Where everything in a drawn statechart goes: boxes and routes from ELK, text from the chart.

import elk, { type ElkExtendedEdge, type ElkLabel, type ElkNode } from 'elkjs/lib/elk.bundled.js'
import {
  type ChartState,
  type ChartTransition,
  isIgnored,
  statesOf,
  type Trigger,
  titleOf,
  transitionsOf,
} from './chart.js'

/** Widths and heights of the text, in pixels. All but the titles is monospaced, so that widths are known without a browser. */
export const text = {
  title: 14,
  line: 11,
  lineHeight: 15,
  charWidth: 6.65,
  titleCharWidth: 8.2,
  inset: 12,
  header: 32,
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** A state's box: its title and the lines of what it does without leaving. */
export interface StateBox extends Box {
  readonly state: ChartState
  readonly depth: number
  readonly lines: readonly Line[]
}

/** One line in a state's box. */
export interface Line {
  readonly text: string
  readonly kind: 'action' | 'end' | 'ignored'
}

/** The start of a compound state, or the stand-in for "whichever state inside is active". */
export interface Mark extends Box {
  readonly kind: 'initial' | 'any'
}

/** One arrow, with the titles of all transitions from the same state to the same state. */
export interface Arrow {
  readonly route: readonly Point[]
  readonly label: (Box & { readonly lines: readonly string[] }) | undefined
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly states: readonly StateBox[]
  readonly marks: readonly Mark[]
  readonly arrows: readonly Arrow[]
}

/** What is drawn inside a compound state besides its children has the state's name and one of these. */
const initialSuffix = '#initial'
export const anySuffix = '#any'

const wrapAt = 46
/** A label longer than this has its guard on a line of its own: many labels stand side by side. */
const foldAt = 16
const initialSize = 12
const anyLabel = 'any state'

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

/** What is written into a state's box: what it does while it stays, how it may end, and what it ignores by decision. */
export function linesOf(state: ChartState): Line[] {
  const inPlace = state.transitions.filter(({ targets }) => targets.length === 0)
  const ends = state.transitions.filter(isEnd)
  const ignored = inPlace.filter(isIgnored).map(titleOf)
  const lines = (kind: Line['kind'], texts: string[]): Line[] => texts.map(text => ({ text, kind }))
  return [
    ...lines('action', [
      ...withActions('entry', state.entry),
      ...withActions('exit', state.exit),
      ...state.invokes.map(source => `runs ${source}`),
      ...inPlace.filter(each => !isIgnored(each)).flatMap(each => withActions(titleOf(each), each.actions)),
      ...state.transitions.filter(isAside).map(leading),
    ]),
    ...lines('end', ends.map(leading)),
    ...lines('ignored', ignored.length > 0 ? wrap('ignores ', ignored) : []),
  ]
}

const leading = (transition: ChartTransition): string =>
  `${titleOf(transition)} → ${transition.targets.map(({ key }) => key).join(', ')}`

/**
 * Leads to a final state, from a state that has other ways out. Nearly every state can end early; arrows for all of these would
 * hide the life that the chart is to show, so they are listed in the boxes, and only the regular way to the end is an arrow.
 */
export function isEnd({ source, targets }: ChartTransition): boolean {
  const isFinal = (target: ChartState): boolean => target.kind === 'final' || isPassedToTheEnd(target)
  const isWayOut = (target: ChartState): boolean => !isFinal(target) && !statesOf(source).includes(target)
  return (
    targets.length > 0 &&
    targets.every(isFinal) &&
    transitionsOf(source).some(other => other.targets.some(isWayOut))
  )
}

/** Is passed through, and on the way to a final state: a state with nothing but `always`, one of which leads there. */
function isPassedToTheEnd({ transitions, children }: ChartState): boolean {
  return (
    children.length === 0 &&
    transitions.length > 0 &&
    transitions.every(({ trigger }) => trigger.kind === 'always') &&
    transitions.some(({ targets }) => targets.some(({ kind }) => kind === 'final'))
  )
}

/**
 * Is one of several answers to the same event, not the last resort, and leads to where other arrows lead anyway: listed in the
 * box, so that the arrows show the usual way.
 */
export function isAside(transition: ChartTransition): boolean {
  return asidesOf(rootOf(transition.source)).has(transition)
}

const knownAsides = new WeakMap<ChartState, ReadonlySet<ChartTransition>>()

function asidesOf(root: ChartState): ReadonlySet<ChartTransition> {
  const known = knownAsides.get(root)
  if (known !== undefined) return known
  const leading = transitionsOf(root).filter(each => each.targets.length > 0 && !isEnd(each))
  const isOption = ({ source, trigger, guard }: ChartTransition): boolean =>
    guard !== undefined &&
    source.transitions.some(other => other.guard === undefined && isSameTrigger(other.trigger, trigger))
  const reached = new Set(leading.filter(each => !isOption(each)).flatMap(({ targets }) => targets))
  const asides = new Set<ChartTransition>()
  for (const option of leading.filter(isOption)) {
    if (option.targets.every(target => reached.has(target))) asides.add(option)
    for (const target of option.targets) reached.add(target)
  }
  knownAsides.set(root, asides)
  return asides
}

const isSameTrigger = (one: Trigger, other: Trigger): boolean =>
  one.kind === 'always'
    ? other.kind === 'always'
    : other.kind !== 'always' && one.kind === other.kind && one.name === other.name

const rootOf = (state: ChartState): ChartState => (state.parent === undefined ? state : rootOf(state.parent))

/** The transitions that are drawn as arrows, those with the same ends together. */
export function groupArrows(root: ChartState): { from: string; to: string; titles: string[] }[] {
  const groups = new Map<string, { from: string; to: string; titles: string[] }>()
  for (const transition of transitionsOf(root).filter(each => !isEnd(each) && !isAside(each))) {
    for (const target of transition.targets) {
      const from = startOf(transition, target)
      const key = `${from} → ${target.name}`
      const group = groups.get(key) ?? { from, to: target.name, titles: [] }
      groups.set(key, group)
      group.titles.push(titleOf(transition))
    }
  }
  return [...groups.values()]
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
  const lines = linesOf(state)
  const width = Math.max(
    88,
    state.key.length * text.titleCharWidth + 2 * text.inset,
    ...lines.map(line => line.text.length * text.charWidth + 2 * text.inset),
  )
  const height = text.header + (lines.length > 0 ? lines.length * text.lineHeight + 10 : 0)
  if (state.children.length === 0) return { id: state.name, width, height }
  const mark = (suffix: string, markWidth: number, markHeight: number): ElkNode[] =>
    edges.some(edge => edge.sources[0] === state.name + suffix)
      ? [{ id: state.name + suffix, width: markWidth, height: markHeight }]
      : []
  return {
    id: state.name,
    children: [
      ...mark(initialSuffix, initialSize, initialSize),
      ...mark(anySuffix, anyLabel.length * text.charWidth + 20, 24),
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
    labels: titles.length === 0 ? [] : [labelOf(titles)],
  }))
}

function labelOf(titles: readonly string[]): ElkLabel {
  const lines = titles.flatMap(title =>
    titles.length === 1 && title.length > foldAt ? title.split(/ (?=\[)/) : [title],
  )
  return {
    text: lines.join('\n'),
    width: Math.max(...lines.map(line => line.length)) * text.charWidth + 8,
    height: lines.length * text.lineHeight + 2,
    layoutOptions: { 'elk.edgeLabels.inline': 'true' },
  }
}

/** A state's transition into itself would start at its own border: it is drawn from a stand-in inside. */
function startOf({ source }: ChartTransition, target: ChartState): string {
  return target !== source && statesOf(source).includes(target) ? source.name + anySuffix : source.name
}

function withActions(what: string, actions: readonly string[]): string[] {
  return actions.length > 0 ? wrap(`${what} / `, actions) : []
}

/** A list after its heading, on as many lines as it needs. */
function wrap(heading: string, items: readonly string[]): string[] {
  const lines: string[] = []
  let line = heading
  for (const [place, item] of items.entries()) {
    const piece = place < items.length - 1 ? `${item}, ` : item
    if (line.trim() !== '' && line !== heading && line.length + piece.trimEnd().length > wrapAt) {
      lines.push(line.trimEnd())
      line = '    '
    }
    line += piece
  }
  return [...lines, line]
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
