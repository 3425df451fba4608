// Figures over time.

import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import type { Figure } from '../../protocol.js'
import type { PoolView } from '../model/pool-view.js'
import { count, duration } from '../model/words.js'
import { Card } from './card.js'
import { useOnScreen, useStore, useWidth } from './hooks.js'
import { color, useTheme } from './theme.js'

interface Line {
  readonly figure: Figure
  readonly title: string
  readonly color: string
  /** The 99th percentile of the same: a dashed line. */
  readonly upper?: Figure
}

interface PlotSpec {
  readonly title: string
  readonly lines: readonly Line[]
  readonly say: (value: number) => string
  readonly filled?: boolean
  /** Powers of ten, because times differ by orders of magnitude. */
  readonly logarithmic?: boolean
}

const perSecond = (value: number): string =>
  value > 0 && value < 9.95 ? `${value.toFixed(1)}/s` : `${count(value)}/s`

export const plots: readonly PlotSpec[] = [
  {
    title: 'Connections and queue',
    say: count,
    lines: [
      { figure: 'leased', title: 'Leased', color: '--leased' },
      { figure: 'idle', title: 'Idle', color: '--idle-ink' },
      { figure: 'connecting', title: 'Connecting', color: '--connecting' },
      { figure: 'waiting', title: 'Waiting', color: '--waiting' },
    ],
  },
  {
    title: 'Leases',
    say: perSecond,
    filled: true,
    lines: [{ figure: 'granted', title: 'Granted', color: '--leased' }],
  },
  {
    title: 'Times',
    say: duration,
    logarithmic: true,
    lines: [
      { figure: 'wait50', upper: 'wait99', title: 'Wait', color: '--waiting' },
      { figure: 'use50', upper: 'use99', title: 'Use', color: '--leased' },
      { figure: 'connect50', upper: 'connect99', title: 'Connect', color: '--connecting' },
    ],
  },
  {
    title: 'Errors',
    say: perSecond,
    lines: [
      { figure: 'timedOut', title: 'Timed out', color: '--bad' },
      { figure: 'refused', title: 'Refused', color: '--waiting' },
      { figure: 'failedConnects', title: 'Connects', color: '--connecting' },
      { figure: 'lost', title: 'Lost', color: '--validating' },
    ],
  },
]

const shown = 120_000
const tall = 150

export function Plots({ pool }: { readonly pool: PoolView }) {
  return (
    <>
      {plots.map(spec => (
        <Plot key={spec.title} spec={spec} pool={pool} />
      ))}
    </>
  )
}

function Plot({ spec, pool }: { readonly spec: PlotSpec; readonly pool: PoolView }) {
  const store = useStore()
  const theme = useTheme()
  const [measure, width] = useWidth<HTMLDivElement>()
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const [pointed, point] = useState<number | undefined>(undefined)
  const isOnScreen = useOnScreen(host)
  useEffect(() => {
    if (host.current === null || width === 0) return
    const made = new uPlot(
      optionsOf(spec, width, pool.identity.wallOffset, point),
      [[]] as never,
      host.current,
    )
    plot.current = made
    return () => {
      plot.current = undefined
      made.destroy()
    }
  }, [width, spec, theme, pool])
  useEffect(() => {
    if (!isOnScreen.current) return
    const { times, columns } = pool.series
    const now = store.now(pool)
    let first = times.length
    while (first > 0 && (times[first - 1] ?? 0) > now - shown) first--
    first = Math.max(0, first - 1)
    const seconds = times.slice(first).map(at => at / 1000)
    const data = [
      seconds,
      ...drawnLines(spec).map(({ figure }) => cleaned(columns[figure].slice(first), spec)),
    ]
    const drawn = plot.current
    if (drawn === undefined) return
    drawn.batch(() => {
      drawn.setData(data as uPlot.AlignedData, false)
      drawn.setScale('x', { min: (now - shown) / 1000, max: now / 1000 })
    })
  })
  const { times } = pool.series
  const place = pointed === undefined ? times.length - 1 : nearest(times, pointed * 1000)
  const said = (figure: Figure): string => {
    const value = pool.series.columns[figure][place]
    return value === null || value === undefined ? '–' : spec.say(value)
  }
  return (
    <Card
      title={spec.title}
      class="plot"
      table={
        <table>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody>
            {drawnLines(spec).map(({ figure, title, isUpper }) => (
              <tr key={figure}>
                <td>{isUpper ? `${title}, 99th percentile` : title}</td>
                <td>{said(figure)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    >
      <ul class={`keys ${spec.lines.some(({ upper }) => upper) ? 'long' : ''}`}>
        {spec.lines.map(({ figure, upper, title, color: name }) => (
          <li key={figure}>
            <i style={{ '--tint': `var(${name})` }} />
            {title} <b>{said(figure)}</b>
            {upper && <span class="quiet">p99 {said(upper)}</span>}
          </li>
        ))}
      </ul>
      <div
        class="canvas"
        ref={measure}
        style={{ height: `${tall}px` }}
        role="img"
        aria-label={`${spec.title} over two minutes. Now: ${spec.lines.map(({ figure, title }) => `${title} ${said(figure)}`).join(', ')}.`}
      >
        <div ref={host} />
      </div>
    </Card>
  )
}

const drawnLines = ({ lines }: PlotSpec) =>
  lines.flatMap(({ upper, ...line }) => [
    { ...line, isUpper: false },
    ...(upper === undefined ? [] : [{ ...line, figure: upper, isUpper: true }]),
  ])

/** On a logarithmic scale there is no zero. */
const cleaned = (values: (number | null)[], { logarithmic }: PlotSpec): (number | null)[] =>
  logarithmic ? values.map(value => (value === null ? null : Math.max(0.1, value))) : values

function nearest(times: readonly number[], at: number): number {
  let low = 0
  let high = times.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) < at) low = middle + 1
    else high = middle
  }
  return low
}

function optionsOf(
  spec: PlotSpec,
  width: number,
  wallOffset: number,
  point: (seconds: number | undefined) => void,
): uPlot.Options {
  const axis = {
    stroke: color('--ink-3'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    border: { show: false },
  }
  const grid = { stroke: color('--grid'), width: 1 }
  const timeOf = (seconds: number): string => {
    const date = new Date(seconds * 1000 + wallOffset)
    return `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`
  }
  return {
    width,
    height: tall,
    legend: { show: false },
    padding: [8, 16, 0, 0],
    cursor: { sync: { key: 'plots' }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
    hooks: {
      setCursor: [
        ({ cursor, posToVal }) =>
          point(cursor.left === undefined || cursor.left < 0 ? undefined : posToVal(cursor.left, 'x')),
      ],
    },
    scales: {
      x: { time: false, auto: false },
      y: spec.logarithmic
        ? {
            distr: 3,
            range: (_plot, low, high) => [
              Math.min(1, powerBelow(low)),
              Math.max(1000, powerBelow(high) * 10),
            ],
          }
        : { range: (_plot, _low, high) => [0, Math.max(5, (high ?? 0) * 1.1)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        gap: 2,
        splits: (_plot, _axis, low, high) => wholeMinutes(low, high, wallOffset),
        values: (_plot, splits) => splits.map(timeOf),
      },
      {
        ...axis,
        grid,
        size: 44,
        gap: 4,
        space: 34,
        ...(spec.logarithmic ? { splits: (_plot, _axis, low, high) => powers(low, high) } : {}),
        values: (_plot, splits) => splits.map(value => (value === null ? '' : shortly(spec, value))),
      },
    ],
    series: [
      {},
      ...drawnLines(spec).map(({ color: name, isUpper }) => ({
        stroke: color(name),
        width: isUpper ? 1 : 1.75,
        ...(isUpper ? { dash: [3, 3] } : {}),
        ...(spec.filled ? { fill: `color-mix(in srgb, ${color(name)} 14%, transparent)` } : {}),
        points: { show: false },
        spanGaps: false,
      })),
    ],
  }
}

function powers(low: number, high: number): number[] {
  const splits: number[] = []
  for (let value = powerBelow(low); value <= high; value *= 10)
    if (value >= low) splits.push(Number(value.toPrecision(1)))
  return splits
}

const powerBelow = (value: number | null): number => 10 ** Math.floor(Math.log10(Math.max(0.1, value ?? 1)))

const shortly = ({ say }: PlotSpec, value: number): string =>
  value < 1 && value > 0 ? `${value} ms` : say(value).replace('.0', '').replace('/s', '')

function wholeMinutes(low: number, high: number, wallOffset: number): number[] {
  const shift = (wallOffset / 1000) % 60
  const splits: number[] = []
  for (let at = Math.ceil((low + shift) / 60) * 60 - shift; at <= high; at += 60) splits.push(at)
  return splits
}
