// The run in words: a table for each metric on the terminal, and the same in Markdown for the docs.

import Table3 from 'cli-table3'
import pc from 'picocolors'
import type { Line, Result, Table } from './result.js'
import type { Spread } from './stat.js'
import type { Standing, Verdict } from './targets.js'

/** All tables of one scenario, for a terminal. */
export function describeResult(result: Result): string {
  const parts = [pc.bold(result.scenario.title)]
  for (const table of result.tables) parts.push(drawTable(table), ...table.verdicts.map(describeVerdict))
  for (const [peer, why] of result.failures) parts.push(pc.red(`${peer} did not do the work: ${why}`))
  parts.push(pc.dim(describeNoise([result])))
  return `${parts.filter(part => part !== '').join('\n')}\n`
}

/** By how much rounds differed in which the same peer did the same work. */
export function describeNoise(results: readonly Result[]): string {
  const noises = results.flatMap(({ noise }) => noise).sort((a, b) => a - b)
  const [median, most] = [noises[noises.length >> 1], noises.at(-1)]
  if (median === undefined || most === undefined) return ''
  const percent = (part: number) => `${number(part * 100)} %`
  return `Noise: the rounds of one peer differ by ${percent(median)} (median of the middle halves; the noisiest: ${percent(most)}).`
}

/** All targets and how statepool stands to them, for a terminal. */
export function describeVerdicts(results: readonly Result[]): string {
  const table = new Table3({
    head: ['metric', 'of', 'reach', 'got', 'against', ''],
    style: { head: [], border: [] },
  })
  const judged = results
    .flatMap(({ tables }) => tables)
    .flatMap(({ metric, verdicts }) => verdicts.map(verdict => ({ metric, verdict })))
  for (const { metric, verdict } of judged) {
    table.push([
      metric,
      verdict.of,
      verdict.target,
      `${spread(verdict.got)} ${verdict.unit}`,
      verdict.against ?? '',
      mark(verdict.standing),
    ])
  }
  return table.toString()
}

/** The same for the docs. */
export function markdown(results: readonly Result[]): string {
  const sections = results.map(({ scenario, tables, failures }) => {
    const parts = [`### ${capital(scenario.title)}`]
    for (const table of tables) {
      parts.push(
        `${capital(table.title)}, ${table.unit}, ${table.better} is better:`,
        [
          '| | median | min – max | to statepool |',
          '|---|---:|---:|---:|',
          ...table.lines.map(markdownLine),
        ].join('\n'),
      )
      for (const verdict of table.verdicts) {
        const against = verdict.against === undefined ? '' : ` against ${verdict.against}`
        parts.push(
          `${verdict.of} is to reach: ${verdict.target}. ${inMarkdown[verdict.standing]}: ${spread(verdict.got)} ${verdict.unit}${against}.`,
        )
      }
    }
    for (const [peer, why] of failures) parts.push(`${peer} did not do the work: ${why}.`)
    return parts.join('\n\n')
  })
  return sections.join('\n\n')
}

function drawTable({ title, unit, better, lines }: Table): string {
  const table = new Table3({
    head: [`${title} [${unit}, ${better} is better]`, 'median', 'min – max', 'to statepool'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const line of lines) {
    const cells = [line.peer, number(line.median), `${number(line.min)} – ${number(line.max)}`, times(line)]
    table.push(line.peer === 'statepool' ? cells.map(pc.bold) : cells)
  }
  return table.toString()
}

function describeVerdict({ of, target, got, unit, against, standing }: Verdict): string {
  const words = `${of} is to reach: ${target}; got ${spread(got)} ${unit}${against === undefined ? '' : ` against ${against}`}: `
  return words + mark(standing)
}

const unclear = 'unclear: within the noise'

function mark(standing: Standing): string {
  if (standing === 'reached') return pc.green(standing)
  return standing === 'unclear' ? pc.dim(unclear) : pc.yellow(standing)
}

const inMarkdown: Readonly<Record<Standing, string>> = {
  reached: 'Reached',
  'not reached': '**Not reached**',
  unclear: 'Unclear, within the noise',
}

function markdownLine(line: Line): string {
  const name = line.peer === 'statepool' ? '**statepool**' : line.peer
  return `| ${name} | ${number(line.median)} | ${number(line.min)} – ${number(line.max)} | ${times(line)} |`
}

const times = ({ ratio }: Line): string => (ratio === undefined ? '' : `${spread(ratio)} ×`)

const spread = ({ median, min, max }: Spread): string =>
  min === max ? number(median) : `${number(median)} (${number(min)} – ${number(max)})`

/** Three digits that mean something. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { maximumFractionDigits: Number.isInteger(value) ? 0 : digits })
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
