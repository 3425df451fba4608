// Writes the page of one statechart: its drawing, its Mermaid source, and tables of what each state answers.

import {
  type ChartState,
  type ChartTransition,
  isIgnored,
  statesOf,
  titleOfTrigger,
  transitionsOf,
} from '../../src/chart/chart.js'
import { writeMermaid } from '../../src/chart/mermaid.js'
import { drawSvg } from '../../src/chart/svg.js'
import { layOut, layOutInFull } from './layout.js'

/** The files of one chart, by their names within its folder. */
export async function writeStatechart(root: ChartState): Promise<Map<string, string>> {
  const drawing = await layOut(root)
  const title = `Statechart of ${root.name}: ${statesOf(root)
    .slice(1)
    .map(({ name }) => name)
    .join(', ')}`
  return new Map([
    [`${root.name}.md`, writePage(root)],
    [`${root.name}.svg`, drawSvg(drawing, title, 'light')],
    [`${root.name}-dark.svg`, drawSvg(drawing, title, 'dark')],
    [`${root.name}-in-full.svg`, drawSvg(await layOutInFull(root), title, 'light')],
  ])
}

function writePage(root: ChartState): string {
  const { name } = root
  return `<!-- Drawn from the machine by \`npm run docs\`; edits here are lost. -->

# The statechart of \`${name}\`

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${name}-dark.svg">
  <img alt="The statechart of ${name}" src="${name}.svg">
</picture>

The drawing shows how life goes as a rule. What ends a state early, what leads to where another arrow leads anyway, and all guards and
actions are in the [drawing in full](${name}-in-full.svg) and in the tables below. A black dot marks where a state begins, a double red box an end. \`after\` is a time in that state;
\`[else]\` is asked when no guard above it held. What leads from “any state” holds in every state inside that does not answer the event itself.

## Which state answers which event

Each cell tells where the event leads: to a state, or \`stays\` when only actions run; \`–\` means that the event is ignored
by decision, and an empty cell that it cannot be expected there (XState drops it).

${writeOverview(root)}

## Every transition, with its actions

${statesOf(root).map(writeState).join('\n\n')}

## The same as Mermaid source

For tools that take it; GitHub lays it out in its own way.

\`\`\`mermaid
${writeMermaid(root)}\`\`\`
`
}

function writeOverview(root: ChartState): string {
  const leaves = statesOf(root).filter(({ children, kind }) => children.length === 0 && kind !== 'final')
  const triggers = [...new Set(transitionsOf(root).map(({ trigger }) => titleOfTrigger(trigger)))]
  return table(
    ['', ...leaves.map(({ name }) => code(name))],
    triggers.map(trigger => [
      code(trigger),
      ...leaves.map(leaf => [...new Set(answersOf(leaf, trigger).map(outcomeOf))].join('<br>')),
    ]),
  )
}

/** The candidates that XState asks, innermost first: a state that answers for certain hides those around it. */
export function answersOf(state: ChartState, trigger: string): ChartTransition[] {
  const own = state.transitions.filter(each => titleOfTrigger(each.trigger) === trigger)
  const isCertain = own.some(({ guard }) => guard === undefined)
  return isCertain || !state.parent ? own : [...own, ...answersOf(state.parent, trigger)]
}

function outcomeOf(transition: ChartTransition): string {
  if (isIgnored(transition)) return '–'
  const { targets } = transition
  return targets.length === 0 ? 'stays' : targets.map(({ name }) => `→ ${code(name)}`).join(', ')
}

function writeState(state: ChartState): string {
  const about = [
    ...(state.description ? [state.description] : []),
    ...(state.initial ? [`Starts in ${code(state.initial.name)}.`] : []),
    ...(state.kind === 'final' ? ['Final.'] : []),
    ...(state.entry.length > 0 ? [`On entry: ${list(state.entry)}.`] : []),
    ...(state.exit.length > 0 ? [`On exit: ${list(state.exit)}.`] : []),
    ...(state.invokes.length > 0 ? [`Runs ${list(state.invokes)}.`] : []),
  ]
  const heading = state.parent ? `### ${code(state.name)}` : `### In every state of ${code(state.name)}`
  const rows = state.transitions.map(transition => [
    code(titleOfTrigger(transition.trigger)),
    transition.guard ? code(transition.guard) : transition.isAlternative ? 'otherwise' : '',
    isIgnored(transition)
      ? 'ignored'
      : transition.targets.length === 0
        ? 'stays'
        : list(transition.targets.map(({ name }) => name)),
    list(transition.actions),
    transition.description ?? '',
  ])
  const columns = ['event', 'guard', 'goes to', 'actions', 'why']
  const shown = rows.some(row => row.at(-1) !== '') ? columns.length : columns.length - 1
  return [
    heading,
    ...(about.length > 0 ? [about.join(' ')] : []),
    ...(rows.length > 0
      ? [
          table(
            columns.slice(0, shown),
            rows.map(row => row.slice(0, shown)),
          ),
        ]
      : []),
  ].join('\n\n')
}

const list = (names: readonly string[]): string => names.map(code).join(', ')

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
