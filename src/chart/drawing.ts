// What a drawing of a statechart consists of, and what is written where in it: everything but the places.
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
  title: 13,
  line: 11,
  lineHeight: 15,
  charWidth: 6.65,
  titleCharWidth: 7.7,
  inset: 12,
  header: 26,
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
export const initialSuffix = '#initial'
export const anySuffix = '#any'

const wrapAt = 46
/** A label longer than this has its guard on a line of its own: many labels stand side by side. */
const foldAt = 16
const anyLabel = 'any state'

/** The sizes of what is drawn inside a compound state besides its children. */
export const markSizes = {
  initial: { width: 12, height: 12 },
  any: { width: anyLabel.length * text.charWidth + 20, height: 24 },
}

/** How large a box must be for what is written in it. */
export function sizeOf(
  state: ChartState,
  lines: readonly Line[] = linesOf(state),
): { readonly width: number; readonly height: number } {
  const width = Math.max(
    64,
    state.key.length * text.titleCharWidth + 2 * text.inset,
    ...lines.map(line => line.text.length * text.charWidth + 2 * text.inset),
  )
  return { width, height: text.header + (lines.length > 0 ? lines.length * text.lineHeight + 10 : 0) }
}

/** An arrow's label, on as many lines as it has. */
export function labelOf(titles: readonly string[]): {
  readonly lines: readonly string[]
  readonly width: number
  readonly height: number
} {
  const lines = titles.flatMap(title =>
    titles.length === 1 && title.length > foldAt ? title.split(/ (?=\[)/) : [title],
  )
  return {
    lines,
    width: Math.max(...lines.map(line => line.length)) * text.charWidth + 8,
    height: lines.length * text.lineHeight + 2,
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
 * hide the life that the chart is to show, so they are listed in the boxes, and only the regular way to the end is an arrow: for a state
 * that is passed through, its last resort.
 */
export function isEnd({ source, targets, trigger, guard }: ChartTransition): boolean {
  if (trigger.kind === 'always' && guard === undefined) return false
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
