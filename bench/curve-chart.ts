// A curve as an SVG: one line for each peer, through the medians.

import * as charts from 'echarts'
import type { Result } from './result.js'

const themes = {
  light: { background: '#ffffff', text: '#3a4150', line: '#d5d9e0', own: '#2f6fde', limit: '#b9bec7' },
  dark: { background: '#0d1117', text: '#c9d1d9', line: '#30363d', own: '#6ea8fe', limit: '#6b7280' },
} as const

export type Theme = keyof typeof themes

/** Of the others, told apart by their dashes too. */
const others = ['#c2410c', '#0f766e', '#7c3aed', '#ca8a04', '#be185d', '#4d7c0f', '#0369a1']

export function drawCurve({ scenario, tables }: Result, theme: Theme): string {
  const { curve } = scenario
  if (curve === undefined) throw new Error(`${scenario.name} is no curve.`)
  const colours = themes[theme]
  const peers = [...new Set(tables.flatMap(({ lines }) => lines.map(({ peer }) => peer)))].sort()
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 420 })
  const axis = {
    type: 'log',
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.text },
    splitLine: { lineStyle: { color: colours.line } },
    nameTextStyle: { color: colours.text },
  }
  try {
    chart.setOption({
      animation: false,
      backgroundColor: colours.background,
      color: others,
      title: {
        text: scenario.title,
        left: 12,
        top: 8,
        textStyle: { fontSize: 13, fontWeight: 'normal', color: colours.text },
      },
      legend: { bottom: 4, textStyle: { color: colours.text }, data: peers },
      grid: { left: 90, right: 30, top: 64, bottom: 96 },
      xAxis: {
        ...axis,
        type: curve.scale,
        name: curve.axis,
        nameLocation: 'middle',
        nameGap: 28,
        min: curve.points[0],
      },
      yAxis: { ...axis, name: tables[0]?.unit, nameTextStyle: { ...axis.nameTextStyle, align: 'left' } },
      series: peers.map((peer, index) => ({
        name: peer,
        type: 'line',
        symbolSize: 5,
        lineStyle: styleOf(peer, index, colours),
        itemStyle: colourOf(peer, colours),
        z: peer === 'statepool' ? 5 : 2,
        data: tables.flatMap(({ lines }, place) => {
          const line = lines.find(other => other.peer === peer)
          return line === undefined ? [] : [[curve.points[place], line.median]]
        }),
      })),
    })
    return `${chart.renderToSVGString()}\n`
  } finally {
    chart.dispose()
  }
}

type Colours = (typeof themes)[Theme]

function colourOf(peer: string, colours: Colours): { color?: string } {
  if (peer.startsWith('statepool')) return { color: colours.own }
  return peer === 'limit' ? { color: colours.limit } : {}
}

function styleOf(peer: string, index: number, colours: Colours): object {
  const dashes =
    peer === 'statepool'
      ? 'solid'
      : [
          [4, 2],
          [8, 3],
          [2, 2],
          [10, 3, 2, 3],
        ][index % 4]
  return { ...colourOf(peer, colours), width: peer === 'statepool' ? 3 : 1.5, type: dashes }
}
