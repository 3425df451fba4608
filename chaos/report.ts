// The run in words: a table for a terminal, the same in Markdown for the docs, and what failed.

import Table3 from 'cli-table3'
import pc from 'picocolors'
import type { Row } from './run.js'

const columns = [
  'errors under way',
  'later',
  'acquires failed',
  'recovery, ms',
  'server’s count',
  'after close',
  'crashes',
  'left',
] as const

/** For a terminal. */
export function describeRows(rows: readonly Row[], asserted: boolean): string {
  const table = new Table3({
    head: ['what happens', ...columns, ''],
    colAligns: ['left', ...columns.map(() => 'right' as const), 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) {
    const bad = row.complaints.length > 0
    const verdict = bad ? (asserted ? pc.red('failed') : pc.yellow('beyond')) : pc.green('ok')
    table.push([row.scenario.name, ...cells(row), verdict])
  }
  return table.toString()
}

/** What failed, and why; empty when nothing. */
export function describeComplaints(rows: readonly Row[]): string {
  return rows
    .filter(({ complaints }) => complaints.length > 0)
    .map(({ scenario, outcome, complaints }) => {
      const kinds = Object.entries(outcome.errors).map(([kind, count]) => `${count} × ${kind}`)
      return [
        pc.bold(`${scenario.name}: ${scenario.title}`),
        ...complaints.map(text => `  ${text}`),
        ...kinds.map(text => pc.dim(`  ${text}`)),
      ].join('\n')
    })
    .join('\n')
}

/** For the docs. */
export function markdown(rows: readonly Row[]): string {
  return [
    `| | what happens | ${columns.join(' | ')} |`,
    `|---|---|${columns.map(() => '---:').join('|')}|`,
    ...rows.map(
      row =>
        `| \`${row.scenario.name}\`${row.complaints.length > 0 ? ' **failed**' : ''} | ${row.scenario.title} | ${cells(row).join(' | ')} |`,
    ),
  ].join('\n')
}

/** For a program. */
export function jsonOf(rows: readonly Row[]): string {
  const data = rows.map(({ scenario, outcome, complaints }) => ({
    ...outcome,
    title: scenario.title,
    bounds: scenario.bounds,
    complaints,
  }))
  return `${JSON.stringify(data, null, 2)}\n`
}

function cells({ outcome }: Row): string[] {
  const { serving, backends } = outcome
  return [
    count(outcome.inFlight),
    count(outcome.others),
    count(outcome.acquireErrors),
    outcome.recovery === undefined ? 'never' : count(outcome.recovery),
    // Those whose client had gone, and who could not know it, apart.
    backends > serving ? `${serving} (+${backends - serving})` : count(serving),
    count(outcome.afterClose),
    count(outcome.crashes.length),
    count(outcome.leftovers.length),
  ]
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US')
