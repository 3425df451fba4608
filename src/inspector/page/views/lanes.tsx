// A lane for each connection: what it did over the last minutes, and who holds it now.

import { useEffect, useRef, useState } from 'preact/hooks'
import { bandOf, bands, bandTitles } from '../model/bands.js'
import type { Lane } from '../model/lane.js'
import type { PoolView } from '../model/pool-view.js'
import { connectionDoes } from '../model/state-words.js'
import { brief, count, counted, duration, firstUsefulLine, shortly } from '../model/words.js'
import { Card } from './card.js'
import { useFrames, useStore, useWidth } from './hooks.js'
import { LaneCanvas, scaleFor } from './lane-canvas.js'
import { color, useTheme } from './theme.js'

const spans = [
  { title: '30 s', time: 30_000 },
  { title: '2 min', time: 120_000 },
  { title: '5 min', time: 300_000 },
] as const

const queueHeight = 28

/** As tall as leaves the lanes readable and the card on the screen. */
export const rowHeightFor = (lanes: number): number => heights.find(([most]) => lanes <= most)?.[1] ?? 7
const heights = [
  [6, 44],
  [8, 34],
  [10, 27],
  [14, 22],
  [24, 16],
  [48, 10],
] as const

export const lanesInOrder = (pool: PoolView): Lane[] =>
  [...pool.lanes.values()].sort((one, other) => numberOf(one.id) - numberOf(other.id))

const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf('-') + 1))

export function Lanes({ pool }: { readonly pool: PoolView }) {
  const [span, setSpan] = useState<number>(spans[1].time)
  const lanes = lanesInOrder(pool)
  return (
    <Card
      title="Connections"
      class="lanes"
      actions={
        <fieldset class="choice">
          <legend class="hidden">Time shown</legend>
          {spans.map(({ title, time }) => (
            <label key={time}>
              <input type="radio" name="span" checked={span === time} onChange={() => setSpan(time)} />
              <span>{title}</span>
            </label>
          ))}
        </fieldset>
      }
      table={<LaneTable pool={pool} lanes={lanes} />}
      footer={<Legend />}
    >
      <LaneRows pool={pool} lanes={lanes} span={span} />
    </Card>
  )
}

function Legend() {
  return (
    <ul class="legend">
      {bands.map(band => (
        <li key={band}>
          <i class={`swatch ${band}`} />
          {bandTitles[band]}
        </li>
      ))}
      <li>
        <i class="swatch alarm" />
        Failed or lost
      </li>
    </ul>
  )
}

interface LaneRowsProps {
  readonly pool: PoolView
  readonly lanes: readonly Lane[]
  readonly span: number
}

function LaneRows({ pool, lanes, span }: LaneRowsProps) {
  const store = useStore()
  const theme = useTheme()
  const max = pool.frame?.stats.max ?? lanes.length
  const slots = Math.max(lanes.length, Math.min(max, 200), 1)
  const row = rowHeightFor(slots)
  const [measure, width] = useWidth<HTMLDivElement>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const painter = useRef<LaneCanvas | undefined>(undefined)
  const [hover, setHover] = useState<{ x: number; y: number } | undefined>(undefined)
  useEffect(() => {
    if (canvas.current) painter.current = new LaneCanvas(canvas.current)
  }, [])
  const drawn = useRef(-1)
  drawn.current = -1
  useFrames(canvas, () => {
    if (painter.current === undefined || width === 0) return
    const ratio = devicePixelRatio
    const now = store.now(pool)
    const across = Math.round(width * ratio)
    const scale = scaleFor(span, across)
    // Nothing moves by less than a pixel; what is rendered anew is drawn anew.
    const moved = Math.floor((now / scale.time) * scale.pixels)
    if (moved === drawn.current) return
    drawn.current = moved
    for (const lane of lanes) lane.account(now)
    const gap = Math.max(1, Math.round((row >= 16 ? 4 : 2) * ratio))
    const rows = lanes.map((lane, index) => ({
      lane,
      y: Math.round((queueHeight + index * row) * ratio) + gap - (gap >> 1),
      height: Math.round(row * ratio) - gap,
    }))
    const down = Math.round((queueHeight + slots * row) * ratio)
    painter.current.draw(now, rows, across, down, scale, theme)
    const context = canvas.current?.getContext('2d')
    if (!context) return
    const xOf = (at: number): number => across - ((now - at) / scale.time) * scale.pixels
    context.globalCompositeOperation = 'destination-over'
    context.fillStyle = color('--grid')
    for (const { y, height } of rows) context.fillRect(0, y + height - 1, across, 1)
    context.globalCompositeOperation = 'source-over'
    drawQueue(context, pool, xOf, Math.round((queueHeight - 4) * ratio))
    for (const { lane, y, height } of rows) {
      context.fillStyle = color('--bad')
      for (const { at } of lane.alarms) {
        const x = xOf(at)
        if (x > 0) context.fillRect(Math.round(x) - 1, y, Math.max(2, Math.round(2 * ratio)), height)
      }
    }
  })
  const point = (event: MouseEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    setHover({ x: event.clientX - box.left, y: event.clientY - box.top })
  }
  const scale = scaleFor(span, Math.max(1, Math.round(width * devicePixelRatio)))
  const shownTime = (width * devicePixelRatio * scale.time) / scale.pixels
  const hovered = hover === undefined ? undefined : lanes[Math.floor((hover.y - queueHeight) / row)]
  const labels = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    const buttons = [...(labels.current?.querySelectorAll('button') ?? [])]
    buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus()
  }
  return (
    <div
      class={`rows ${row < 16 ? 'dense' : ''}`}
      style={{ '--row': `${row}px`, '--top': `${queueHeight}px` }}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between the buttons in it */}
      <div class="labels" ref={labels} onKeyDown={move}>
        <div class="queue-label">Queue</div>
        {lanes.map((lane, index) => (
          <button
            type="button"
            key={lane.id}
            tabIndex={index === 0 ? 0 : -1}
            class={store.selected === lane.id ? 'chosen' : ''}
            onClick={() => store.select(lane.id)}
            aria-label={`${lane.id}: ${lane.state === undefined ? 'not open' : lane.state}`}
          >
            <i class={`swatch ${(lane.state && bandOf(lane.state)) || 'none'}`} />
            <span>
              {row >= 16 || index % 10 === 9 || index === 0 ? lane.id.replace('connection-', '#') : ''}
            </span>
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the labels beside it are buttons that do the same */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it is a picture of what the buttons lead to */}
      <div
        class="band"
        ref={measure}
        onMouseMove={point}
        onMouseLeave={() => setHover(undefined)}
        onClick={() => hovered && store.select(hovered.id)}
        style={{ height: `${queueHeight + slots * row}px` }}
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={`What each of ${counted(lanes.length, 'connection')} did during the last ${duration(shownTime)}. The table has the same in words.`}
        />
        {lanes.length === 0 && <p class="no-lanes">No connection is open.</p>}
        {hover && hovered && (
          <Tip
            pool={pool}
            lane={hovered}
            at={store.now(pool) - (1 - hover.x / width) * shownTime}
            x={hover.x}
            y={queueHeight + (lanes.indexOf(hovered) + 1) * row}
            width={width}
          />
        )}
      </div>
      <div class="holders" aria-hidden="true">
        <div class="queue-label">{count(pool.frame?.stats.waiting ?? 0)}</div>
        {row >= 16 && lanes.map(lane => <div key={lane.id}>{holding(pool, lane, store.now(pool))}</div>)}
      </div>
      <div class="axis" aria-hidden="true">
        {ticksOf(shownTime, width).map(ago => (
          <span key={ago} style={{ right: `${(ago / shownTime) * 100}%` }}>
            {ago === 0 ? 'now' : `−${duration(ago)}`}
          </span>
        ))}
      </div>
    </div>
  )
}

/** Round times, from now into the past. */
function ticksOf(shown: number, width: number): number[] {
  const most = width < 400 ? 2.5 : 5
  const step = [5_000, 10_000, 15_000, 30_000, 60_000].find(each => shown / each <= most) ?? 120_000
  return Array.from({ length: Math.floor(shown / step + 0.02) + 1 }, (_, index) => index * step)
}

function drawQueue(
  context: CanvasRenderingContext2D,
  pool: PoolView,
  xOf: (at: number) => number,
  height: number,
): void {
  const { times, columns } = pool.series
  const waiting = columns.waiting
  let most = 4
  let first = times.length
  while (first > 0 && xOf(times[first - 1] ?? 0) > 0) first--
  first = Math.max(0, first - 1)
  for (let place = first; place < times.length; place++) most = Math.max(most, waiting[place] ?? 0)
  context.fillStyle = color('--waiting')
  for (let place = first; place < times.length; place++) {
    const value = waiting[place] ?? 0
    if (value === 0) continue
    const from = xOf(times[place] ?? 0)
    const to = place + 1 < times.length ? xOf(times[place + 1] ?? 0) : from + 2
    const tall = Math.max(2, (value / most) * height)
    context.fillRect(from, height - tall, Math.max(1, to - from), tall)
  }
  context.fillStyle = color('--line')
  context.fillRect(0, height, context.canvas.width, 1)
}

function holding(pool: PoolView, lane: Lane, now: number) {
  const holder = pool.frame?.leases.find(({ connection }) => connection === lane.id)
  if (holder !== undefined && lane.state !== undefined && bandOf(lane.state) === 'leased') {
    const held = now - holder.since
    if (lane.state !== 'busy.leased' && lane.state !== 'busy.retiring')
      return <span>{connectionDoes(lane.state)}</span>
    return held < 1000 ? (
      <span>lease {holder.lease}</span>
    ) : (
      <span class={holder.leaked ? 'bad' : ''}>
        lease {holder.lease} · {brief(held)}
      </span>
    )
  }
  return <span class="quiet">{lane.state === undefined ? 'not open' : connectionDoes(lane.state)}</span>
}

interface TipProps {
  readonly pool: PoolView
  readonly lane: Lane
  readonly at: number
  readonly x: number
  readonly y: number
  readonly width: number
}

function Tip({ pool, lane, at, x, y, width }: TipProps) {
  const store = useStore()
  const lease = pool.leaseAt(lane, at)
  const state = stateAt(lane, at)
  const near = lane.alarms.newest(1, alarm => Math.abs(alarm.at - at) < 1500)[0]
  return (
    <div
      class="tip"
      role="tooltip"
      style={{ left: `${Math.min(Math.max(0, x - 110), Math.max(0, width - 230))}px`, top: `${y + 4}px` }}
    >
      <strong>{lane.id}</strong> <span class="quiet">{duration(store.now(pool) - at)} ago</span>
      <div>{state ?? 'not open'}</div>
      {lease && (
        <div>
          {lease.lease === undefined ? 'Leased' : `Lease ${lease.lease}`}, held{' '}
          {lease.until === undefined ? 'since' : 'for'}{' '}
          {duration((lease.until ?? store.now(pool)) - lease.since)}
        </div>
      )}
      {lease?.acquiredFrom && <code>{shortly(firstUsefulLine(lease.acquiredFrom))}</code>}
      {near && <div class="bad">{near.text}</div>}
    </div>
  )
}

function stateAt(lane: Lane, at: number): string | undefined {
  const before = lane.history.newest(1, step => step.at <= at)[0]
  if (before !== undefined) return bandOf(before.to) === undefined ? undefined : before.to
  return lane.since <= at ? lane.state : undefined
}

function LaneTable({ pool, lanes }: { readonly pool: PoolView; readonly lanes: readonly Lane[] }) {
  const store = useStore()
  const now = store.now(pool)
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Connection</th>
          <th scope="col">State</th>
          <th scope="col">For</th>
          <th scope="col">Leased</th>
          <th scope="col">Held by</th>
        </tr>
      </thead>
      <tbody>
        {lanes.map(lane => {
          const holder = pool.frame?.leases.find(({ connection }) => connection === lane.id)
          return (
            <tr key={lane.id}>
              <td>
                <button type="button" class="link" onClick={() => store.select(lane.id)}>
                  {lane.id}
                </button>
              </td>
              <td>{lane.state ?? 'not open'}</td>
              <td>{duration(now - lane.since)}</td>
              <td>{count(lane.uses)} ×</td>
              <td>{holder === undefined ? '–' : `lease ${holder.lease}, ${duration(now - holder.since)}`}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
