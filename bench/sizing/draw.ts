// docs/bench/sizing.json as a picture and a table.

import * as charts from 'echarts'
import { number } from '../report.js'
import type { Point, Sizing } from './measure.js'

const themes = {
  light: { background: '#ffffff', text: '#3a4150', line: '#d5d9e0', rate: '#2f6fde', query: '#c2410c' },
  dark: { background: '#0d1117', text: '#c9d1d9', line: '#30363d', rate: '#6ea8fe', query: '#f0883e' },
} as const

export type Theme = keyof typeof themes

/** The smallest pool that has at least 95 % of the best throughput. */
export function kneeOf(points: readonly Point[]): Point {
  const best = Math.max(...points.map(({ rate }) => rate))
  return points.find(({ rate }) => rate >= 0.95 * best) as Point
}

/** One panel for each load: throughput, and how long one query takes, by the size of the pool. */
export function drawSizing({ loads, callers }: Sizing, theme: Theme): string {
  const colours = themes[theme]
  const panel = 250
  const chart = charts.init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: 760,
    height: 40 + panel * loads.length,
  })
  const axis = { axisLine: { lineStyle: { color: colours.line } }, axisLabel: { color: colours.text } }
  const name = { nameTextStyle: { color: colours.text } }
  try {
    chart.setOption({
      animation: false,
      backgroundColor: colours.background,
      title: loads.map(({ title }, index) => ({
        text: `${callers} callers, each query: ${title}`,
        left: 12,
        top: 10 + index * panel,
        textStyle: { fontSize: 13, fontWeight: 'normal', color: colours.text },
      })),
      grid: loads.map((_, index) => ({ left: 70, right: 70, top: 60 + index * panel, height: panel - 110 })),
      xAxis: loads.map(({ points }, gridIndex) => ({
        ...axis,
        gridIndex,
        type: 'category',
        name: 'max',
        ...name,
        data: points.map(({ max }) => max),
      })),
      yAxis: loads.flatMap((_, gridIndex) => [
        {
          ...axis,
          ...name,
          gridIndex,
          name: 'queries/s',
          nameTextStyle: { color: colours.rate },
          splitLine: { lineStyle: { color: colours.line } },
        },
        {
          ...axis,
          gridIndex,
          name: 'ms per query',
          nameTextStyle: { color: colours.query },
          splitLine: { show: false },
        },
      ]),
      series: loads.flatMap(({ points }, index) => [
        {
          ...lineOf(colours.rate, index, 2 * index),
          data: points.map(({ rate }) => rate),
          markLine: {
            symbol: 'none',
            lineStyle: { color: colours.text, type: 'dashed' },
            label: { formatter: `95 % at ${kneeOf(points).max}`, color: colours.text },
            data: [{ xAxis: points.indexOf(kneeOf(points)) }],
          },
        },
        { ...lineOf(colours.query, index, 2 * index + 1), data: points.map(({ query }) => query) },
      ]),
    })
    return `${chart.renderToSVGString()}\n`
  } finally {
    chart.dispose()
  }
}

const lineOf = (color: string, xAxisIndex: number, yAxisIndex: number): object => ({
  type: 'line',
  xAxisIndex,
  yAxisIndex,
  symbolSize: 6,
  lineStyle: { color, width: 2 },
  itemStyle: { color },
})

/** The same in figures. */
export function tableOfSizing({ date, machine, server, load, callers, rounds, loads }: Sizing): string {
  const sizes = loads[0]?.points.map(({ max }) => max) ?? []
  return [
    `| \`max\` | ${loads.map(() => 'queries/s | a query, ms | with its wait, ms | 99 %').join(' | ')} |`,
    `|---:|${loads.map(() => '---:|---:|---:|---:|').join('')}`,
    ...sizes.map((max, index) => {
      const cells = loads.map(({ points }) => {
        const { rate, query, median, p99 } = points[index] as Point
        return [rate, query, median, p99].map(number).join(' | ')
      })
      return `| ${max} | ${cells.join(' | ')} |`
    }),
    '',
    `Left: ${loads.map(({ title }) => title).join('; right: ')}. ${callers} callers, medians of ${rounds} rounds, ${date}, ${server}, ${machine}, which had a load of ${load} from other programs.`,
  ].join('\n')
}
