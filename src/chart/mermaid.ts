// Writes a statechart as Mermaid source, which GitHub draws.

import { type ChartState, statesOf } from './chart.js'
import { anySuffix, groupArrows, linesOf } from './drawing.js'

/** Words that Mermaid's state diagrams read as their own. */
const reserved = new Set(
  'accDescr accTitle as choice class classDef click default direction end fork hide href join note scale state style'.split(
    ' ',
  ),
)

/** The chart as a `stateDiagram-v2`: the same arrows and lines as in the drawing. */
export function writeMermaid(root: ChartState): string {
  const arrows = groupArrows(root)
  const starts = new Set(arrows.map(({ from }) => from))
  const write = (state: ChartState, indent: string): string[] => {
    const lines = linesOf(state).map(({ text }) => escapeLabel(text.trim()))
    const id = idOf(state.name)
    if (state.children.length === 0) {
      return [
        `${indent}state "${escapeLabel(state.key)}" as ${id}`,
        ...lines.map(line => `${indent}${id} : ${line}`),
        ...(state.kind === 'final' ? [`${indent}${id} --> [*]`] : []),
      ]
    }
    return [
      `${indent}state "${escapeLabel(state.key)}" as ${id} {`,
      ...writeInside(state, `${indent}  `),
      `${indent}}`,
    ]
  }
  const writeInside = (state: ChartState, indent: string): string[] => {
    const lines = linesOf(state).map(({ text }) => escapeLabel(text.trim()))
    const any = state.name + anySuffix
    const isAnyShown = lines.length > 0 || starts.has(any)
    return [
      ...(isAnyShown ? [`${indent}state "any state in ${escapeLabel(state.key)}" as ${idOf(any)}`] : []),
      ...lines.map(line => `${indent}${idOf(any)} : ${line}`),
      ...(state.initial ? [`${indent}[*] --> ${idOf(state.initial.name)}`] : []),
      ...state.children.flatMap((child, place) => [
        ...(state.kind === 'parallel' && place > 0 ? [`${indent}--`] : []),
        ...write(child, indent),
      ]),
    ]
  }
  const ids = statesOf(root).map(({ name }) => idOf(name))
  if (new Set(ids).size < ids.length)
    throw new Error(`${root.name}: two states would get the same Mermaid id.`)
  return [
    'stateDiagram-v2',
    '  direction TB',
    ...writeInside(root, '  '),
    ...arrows.map(
      ({ from, to, titles }) => `  ${idOf(from)} --> ${idOf(to)} : ${titles.map(escapeLabel).join('<br/>')}`,
    ),
    '',
  ].join('\n')
}

/** A name that Mermaid takes for a state. */
export function idOf(name: string): string {
  const id = name.replaceAll(/\W/g, '_')
  return reserved.has(id) ? `${id}_` : id
}

/** Signs that end a label for Mermaid's grammar, or are HTML or Markdown, and the look-alikes that stand for them. */
const lookalikes = new Map([
  [':', '\u2236'],
  [';', '\u037e'],
  ['#', '\u266f'],
  ['*', '\u2217'],
  ['<', '\u2039'],
  ['>', '\u203a'],
  ['"', '\u201d'],
  ['&', '\uff06'],
])

/** Text that every Mermaid shows as it is. Not by entities: in state diagrams they are not turned back (seen with 11.17). */
export function escapeLabel(text: string): string {
  return text.replaceAll(/[:;#*<>"&]/g, sign => lookalikes.get(sign) ?? sign)
}
