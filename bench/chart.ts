// A scenario as an SVG: for each metric a panel of bars, with the span from the least to the greatest round on each.

import * as charts from 'echarts'
import { number } from './report.js'
import type { Line, Result, Table } from './result.js'

const width = 760
const rowHeight = 22
const panelGap = 56
const left = 180
const right = 90
const colours = { statepool: '#2f6fde', limit: '#b9bec7', other: '#8a93a3', span: '#1d2430', text: '#3a4150' }

export function drawChart({ scenario, tables }: Result): string {
  let top = 48
  const panels = tables.map(table => {
    const panel = { table, top, height: table.lines.length * rowHeight }
    top += panel.height + panelGap
    return panel
  })
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width, height: top })
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: [
        { text: scenario.title, left: 12, top: 8, textStyle: { fontSize: 14, color: colours.text } },
        ...panels.map(({ table, top: y }) => ({
          text: `${table.title}, ${table.unit} (${table.better} is better)`,
          left: 12,
          top: y - 16,
          textStyle: { fontSize: 11, fontWeight: 'normal', color: colours.text },
        })),
      ],
      grid: panels.map(({ top: y, height }) => ({ left, right, top: y + 4, height })),
      xAxis: panels.map(({ table }, index) => ({
        gridIndex: index,
        show: false,
        min: 0,
        max: reachOf(table),
      })),
      yAxis: panels.map(({ table }, index) => ({
        type: 'category',
        gridIndex: index,
        inverse: true,
        data: table.lines.map(({ peer }) => peer),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: colours.text, fontSize: 11 },
      })),
      series: panels.flatMap(({ table }, index) => [bars(table, index), spans(table, index)]),
    })
    return `${chart.renderToSVGString()}\n`
  } finally {
    chart.dispose()
  }
}

/** The end of the axis. The interpreted machines, many times slower, run out of the picture, so that the others can be told apart. */
function reachOf({ lines }: Table): number {
  const compared = lines.filter(({ peer }) => peer !== 'statepool (interpreted)')
  return 1.05 * Math.max(...(compared.length > 0 ? compared : lines).map(({ max }) => max))
}

function bars({ lines }: Table, axis: number): object {
  return {
    type: 'bar',
    xAxisIndex: axis,
    yAxisIndex: axis,
    barWidth: 13,
    data: lines.map(line => ({ value: line.median, itemStyle: { color: colourOf(line) } })),
  }
}

/** From the least round to the greatest, and the median in figures behind it. */
function spans(table: Table, axis: number): object {
  const { lines } = table
  const end = reachOf(table)
  return {
    type: 'custom',
    z: 3,
    xAxisIndex: axis,
    yAxisIndex: axis,
    data: lines.map(({ min, max, median }, index) => [min, max, index, median]),
    renderItem(_: unknown, api: { value(dimension: number): number; coord(point: number[]): number[] }) {
      const [from = 0, y = 0] = api.coord([Math.min(api.value(0), end), api.value(2)])
      const [to = 0] = api.coord([Math.min(api.value(1), end), api.value(2)])
      const style = { stroke: colours.span, lineWidth: 1 }
      const tick = (x: number) => ({ type: 'line', shape: { x1: x, y1: y - 3, x2: x, y2: y + 3 }, style })
      return {
        type: 'group',
        children: [
          { type: 'line', shape: { x1: from, y1: y, x2: to, y2: y }, style },
          tick(from),
          tick(to),
          {
            type: 'text',
            x: to + 6,
            y: y - 5,
            style: {
              text: `${api.value(3) > end ? '→ ' : ''}${number(api.value(3))}`,
              fontSize: 10,
              fill: colours.text,
            },
          },
        ],
      }
    },
    encode: { x: [0, 1], y: 2 },
  }
}

function colourOf({ peer }: Line): string {
  if (peer === 'statepool') return colours.statepool
  return peer === 'limit' ? colours.limit : colours.other
}
