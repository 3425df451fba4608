// `statepool chart`: a statechart as Mermaid, SVG or JSON.
import { extname } from 'node:path'
import type { AnyStateMachine } from 'xstate'
import { readChart, statesOf } from '../chart/chart.js'
import { definitionOf } from '../chart/definition.js'
import { writeMermaid } from '../chart/mermaid.js'
import { stack } from '../chart/stack.js'
import { drawSvg, type Theme } from '../chart/svg.js'
import { connectionMachine, poolMachine } from '../machines/index.js'
import { readMachine } from './machine-file.js'
import { suggestion, UsageError } from './usage.js'

/** What a chart can be written as. */
export const formats = ['mermaid', 'svg', 'json'] as const
type Format = (typeof formats)[number]

const themes = ['light', 'dark'] as const

/** What the command was given. */
export interface ChartOptions {
  readonly format?: string | undefined
  readonly out?: string | undefined
  readonly export?: string | undefined
  readonly theme?: string | undefined
}

/** The text that the command writes. @throws UsageError */
export async function chart(what: string | undefined, options: ChartOptions): Promise<string> {
  const format = formatOf(options)
  const theme = chosen('--theme', options.theme ?? 'light', themes)
  const machine = await machineOf(what ?? 'connection', options.export)
  if (format === 'json') return `${JSON.stringify(definitionOf(machine), null, 2)}\n`
  if (format === 'mermaid') return writeMermaid(readChart(machine))
  return svgOf(machine, theme)
}

async function machineOf(what: string, wanted: string | undefined): Promise<AnyStateMachine> {
  if (what === 'connection') return connectionMachine
  if (what === 'pool') return poolMachine
  return readMachine(what, wanted)
}

function svgOf(machine: AnyStateMachine, theme: Theme): string {
  const root = readChart(machine)
  const [, ...states] = statesOf(root)
  return drawSvg(
    stack(root),
    `Statechart of ${root.name}: ${states.map(({ name }) => name).join(', ')}`,
    theme,
  )
}

const extensions: Readonly<Record<string, Format>> = { '.svg': 'svg', '.json': 'json', '.mmd': 'mermaid' }

function formatOf({ format, out }: ChartOptions): Format {
  if (format !== undefined) return chosen('--format', format, formats)
  return extensions[extname(out ?? '')] ?? 'mermaid'
}

function chosen<T extends string>(option: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T
  throw new UsageError(`${option} cannot be ${JSON.stringify(value)}. ${suggestion(value, known)}`)
}
