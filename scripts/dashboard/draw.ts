// The dashboard's panels with the series that its queries give, in the places where Grafana has them.

import * as charts from 'echarts'
import { evaluate, type Scrapes } from './promql.js'

/** What is read of docs/grafana/statepool.json. */
export interface Dashboard {
  readonly panels: readonly Panel[]
}

interface Panel {
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string
      readonly custom?: { readonly stacking?: { readonly mode?: string } }
    }
  }
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[]
}

/** A line of a panel: a point for each scrape. */
export interface Line {
  readonly name: string
  readonly values: (number | undefined)[]
}

/** All lines of a panel, as its queries give them. */
export function linesOf({ targets }: Panel, scrapes: Scrapes): Line[] {
  const lines = new Map<string, Line>()
  const count = Math.max(...scrapes.series.map(({ values }) => values.length))
  for (const { expr, legendFormat } of targets) {
    for (let at = scrapes.window; at < count; at++) {
      for (const { labels, value } of evaluate(expr, scrapes, at)) {
        const name = legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '')
        const line = lines.get(name) ?? { name, values: [] }
        lines.set(name, line)
        line.values[at - scrapes.window] = value
      }
    }
  }
  return [...lines.values()]
}

const themes = {
  light: { background: '#ffffff', text: '#3a4150', line: '#e3e6ea' },
  dark: { background: '#0d1117', text: '#c9d1d9', line: '#30363d' },
} as const
const palette = ['#2f6fde', '#d97706', '#0f9d76', '#c2415c', '#8b5cf6', '#64748b', '#0891b2', '#a16207']

const column = 40
const row = 26
const units: Readonly<Record<string, string>> = { s: ' s', ops: '/s' }

export function drawDashboard({ panels }: Dashboard, scrapes: Scrapes, theme: keyof typeof themes): string {
  const colours = themes[theme]
  const drawn = panels.map(panel => ({ panel, lines: linesOf(panel, scrapes) }))
  const height = row * Math.max(...panels.map(({ gridPos: { y, h } }) => y + h))
  const end =
    scrapes.step * Math.max(...drawn.flatMap(({ lines }) => lines.map(({ values }) => values.length)))
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width: 24 * column, height })
  try {
    chart.setOption({
      animation: false,
      backgroundColor: colours.background,
      title: panels.map(({ title, gridPos: { x, y } }) => ({
        text: title,
        left: x * column + 10,
        top: y * row + 6,
        textStyle: { fontSize: 12, color: colours.text },
      })),
      legend: drawn.map(
        ({
          lines,
          panel: {
            title,
            gridPos: { x, y, w, h },
          },
        }) => ({
          data: lines.map(({ name }) => `${title}: ${name}`),
          formatter: (name: string) => name.slice(title.length + 2),
          type: 'plain',
          left: x * column + 10,
          width: w * column - 20,
          top: (y + h) * row - 34,
          itemWidth: 12,
          itemHeight: 6,
          itemGap: 8,
          padding: 0,
          textStyle: { fontSize: 9, color: colours.text },
        }),
      ),
      grid: panels.map(({ gridPos: { x, y, w, h } }) => ({
        left: x * column + 52,
        top: y * row + 32,
        width: w * column - 68,
        height: h * row - 88,
      })),
      xAxis: panels.map((_, gridIndex) => ({
        gridIndex,
        type: 'value',
        min: 0,
        max: end,
        axisLine: { lineStyle: { color: colours.line } },
        axisLabel: {
          showMaxLabel: false,
          fontSize: 9,
          color: colours.text,
          formatter: (value: number) => `${value / 60} min`,
        },
        interval: 60,
        splitLine: { show: false },
      })),
      yAxis: panels.map(({ fieldConfig: { defaults } }, gridIndex) => ({
        gridIndex,
        type: 'value',
        splitNumber: 3,
        axisLabel: {
          fontSize: 9,
          color: colours.text,
          formatter: (value: number) => `${value}${units[defaults.unit ?? ''] ?? ''}`,
        },
        splitLine: { lineStyle: { color: colours.line } },
      })),
      series: drawn.flatMap(({ panel, lines }, index) =>
        lines.map(({ name, values }, place) => ({
          name: `${panel.title}: ${name}`,
          type: 'line',
          xAxisIndex: index,
          yAxisIndex: index,
          showSymbol: false,
          color: palette[place % palette.length],
          lineStyle: { width: 1.5 },
          ...(panel.fieldConfig.defaults.custom?.stacking?.mode === 'normal' && name !== 'max'
            ? { stack: panel.title, areaStyle: { opacity: 0.4 } }
            : undefined),
          data: Array.from(values, (value, at) => [
            at * scrapes.step,
            value === undefined ? '-' : rounded(value),
          ]),
        })),
      ),
    })
    return `${chart.renderToSVGString()}\n`
  } finally {
    chart.dispose()
  }
}

/** So many digits as can be seen: the picture is kept in the repository. */
const rounded = (value: number): number => Number(value.toPrecision(3))
