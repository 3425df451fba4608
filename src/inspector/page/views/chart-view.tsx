// A statechart that lives: states lit and counted, transitions running along their arrows.

import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Chart, ChartBox, ChartDrawing } from '../chart-types.js'
import type { Transition } from '../model/pool-view.js'
import { Ways } from '../model/way.js'
import { useFrames, useWidth, wantsStillness } from './hooks.js'

interface ChartViewProps {
  readonly chart: Chart
  readonly title: string
  /** How many are in each state; a state that is in it is lit. */
  readonly counts: () => ReadonlyMap<string, number>
  /** Whether numbers are shown: not for a machine that is there once. */
  readonly numbered: boolean
  /** Takes the transitions since the last call. */
  readonly pulses: () => readonly Transition[]
  /** Which drawing; without it, the one that fits. */
  readonly shape?: 'wide' | 'narrow'
}

const fading = 700
const travel = 520
const mostDots = 14

/** The state's colour: that of its top state's band. */
const tintOf = (name: string): string => name.split('.')[0] as string

export function ChartView({ chart, title, counts, numbered, pulses, shape }: ChartViewProps) {
  const [measure, width] = useWidth<HTMLDivElement>()
  const drawing = chart[shape ?? (width > 0 && width < 860 ? 'narrow' : 'wide')]
  const svg = useRef<SVGSVGElement>(null)
  const ways = useMemo(() => new Ways(chart, drawing), [chart, drawing])
  const scene = useRef<Scene | undefined>(undefined)
  useEffect(() => {
    scene.current = svg.current === null ? undefined : new Scene(svg.current, drawing, ways)
  }, [drawing, ways])
  useFrames(time => scene.current?.draw(time, counts(), pulses(), numbered))
  return (
    <div class="chart" ref={measure}>
      {useMemo(
        () => (
          <svg
            key={`${drawing.width} ${drawing.height}`}
            ref={svg}
            viewBox={`0 0 ${drawing.width} ${drawing.height}`}
            style={{
              aspectRatio: `${drawing.width} / ${drawing.height}`,
              maxWidth: `${drawing.width * 1.15}px`,
            }}
            role="img"
            aria-label={title}
          >
            {drawing.boxes.filter(box => box.kind === 'compound').map(drawBox)}
            {drawing.arrows.map(({ route, titles, from, to }) => (
              <g class="way" key={`${from} ${to}`}>
                <path d={lineOf(route)} />
                <path class="head" d={headOf(route)} />
                {titles.length > 0 && (
                  <path class="reach" d={lineOf(route)}>
                    <title>{titles.join('\n')}</title>
                  </path>
                )}
              </g>
            ))}
            <g class="dots">
              {Array.from({ length: mostDots }, (_, index) => (
                <circle key={index} r="3.5" visibility="hidden" />
              ))}
            </g>
            {drawing.boxes.filter(box => box.kind !== 'compound').map(drawBox)}
          </svg>
        ),
        [drawing, title],
      )}
    </div>
  )
}

function drawBox({ name, label, kind, x, y, width, height }: ChartBox) {
  if (kind === 'initial')
    return <circle class="initial" key={name} cx={x + width / 2} cy={y + height / 2} r={3.5} />
  return (
    <g class={`box ${kind}`} data-name={name} data-tint={tintOf(name)} key={name}>
      <rect x={x} y={y} width={width} height={height} rx={kind === 'any' ? height / 2 : 7} />
      <text x={kind === 'any' ? x + width / 2 : x + 10} y={kind === 'compound' ? y + 19 : y + height / 2 + 4}>
        {label}
      </text>
      {kind !== 'any' && (
        <text class="count" x={x + width - 9} y={kind === 'compound' ? y + 19 : y + height / 2 + 4.5} />
      )}
    </g>
  )
}

type Route = ChartDrawing['arrows'][number]['route']

/** Straight pieces with rounded corners. */
function lineOf(route: Route): string {
  return route
    .map(([x, y], place) => {
      const before = route[place - 1]
      const after = route[place + 1]
      if (!before) return `M${x} ${y}`
      if (!after) return `L${x} ${y}`
      const near = (other: readonly [number, number]): string => {
        const length = Math.hypot(other[0] - x, other[1] - y)
        const share = length === 0 ? 0 : Math.min(5, length / 2) / length
        return `${x + (other[0] - x) * share} ${y + (other[1] - y) * share}`
      }
      return `L${near(before)}Q${x} ${y} ${near(after)}`
    })
    .join('')
}

function headOf(route: Route): string {
  const [x, y] = route.at(-1) as readonly [number, number]
  const [fromX, fromY] = route.at(-2) as readonly [number, number]
  const length = Math.hypot(x - fromX, y - fromY) || 1
  const [dx, dy] = [(x - fromX) / length, (y - fromY) / length]
  const at = (back: number, aside: number): string =>
    `${x - dx * back - dy * aside} ${y - dy * back + dx * aside}`
  return `M${at(0, 0)}L${at(6.5, 3.4)}L${at(6.5, -3.4)}z`
}

/** The moving parts: what is drawn by hand, at every frame, because it changes more often than anything should be rendered. */
class Scene {
  readonly #ways: Ways
  readonly #boxes = new Map<
    string,
    { group: Element; count: Element | null; shown: string; heat: number; glow: string }
  >()
  readonly #arrows: { group: SVGGElement; heat: number; shown: string }[]
  readonly #routes: { length: number; at: (share: number) => readonly [number, number] }[]
  readonly #dots: { circle: Element; arrow: number; since: number }[]
  readonly #still = wantsStillness()
  #last = 0

  constructor(svg: SVGSVGElement, drawing: ChartDrawing, ways: Ways) {
    this.#ways = ways
    for (const group of svg.querySelectorAll('.box'))
      this.#boxes.set(group.getAttribute('data-name') ?? '', {
        group,
        count: group.querySelector('.count'),
        shown: '',
        heat: 0,
        glow: '',
      })
    this.#arrows = [...svg.querySelectorAll<SVGGElement>('.way')].map(group => ({
      group,
      heat: 0,
      shown: '',
    }))
    this.#routes = drawing.arrows.map(({ route }) => along(route))
    this.#dots = [...svg.querySelectorAll('.dots circle')].map(circle => ({ circle, arrow: -1, since: 0 }))
  }

  draw(
    time: number,
    counts: ReadonlyMap<string, number>,
    pulses: readonly Transition[],
    numbered: boolean,
  ): void {
    const passed = Math.min(100, time - this.#last)
    this.#last = time
    for (const { from, to, event } of pulses) {
      const { arrows, states } = this.#ways.find(from, to, event)
      for (const arrow of arrows) this.#send(arrow, time)
      for (const state of states) {
        const box = this.#boxes.get(state)
        if (box) box.heat = 1
      }
    }
    for (const [name, box] of this.#boxes) {
      const count = counts.get(name) ?? 0
      const shown = count === 0 ? '' : String(count)
      if (shown !== box.shown) {
        box.shown = shown
        box.group.classList.toggle('lit', count > 0)
        if (numbered && box.count) box.count.textContent = shown
      }
      box.heat = Math.max(0, box.heat - passed / fading)
      const glow = box.heat.toFixed(1)
      if (glow !== box.glow) {
        box.glow = glow
        ;(box.group as SVGGElement).style.setProperty('--heat', glow)
      }
    }
    for (const arrow of this.#arrows) {
      arrow.heat = Math.max(0, arrow.heat - passed / fading)
      const shown = arrow.heat.toFixed(1)
      if (shown === arrow.shown) continue
      arrow.shown = shown
      arrow.group.style.setProperty('--heat', shown)
    }
    this.#moveDots(time)
  }

  #send(arrow: number, time: number): void {
    const way = this.#arrows[arrow]
    if (!way) return
    way.heat = 1
    if (this.#still || this.#dots.some(dot => dot.arrow === arrow && time - dot.since < travel * 0.6)) return
    const free = this.#dots.find(dot => dot.arrow < 0)
    if (!free) return
    free.arrow = arrow
    free.since = time
    free.circle.setAttribute('visibility', 'visible')
  }

  #moveDots(time: number): void {
    for (const dot of this.#dots) {
      if (dot.arrow < 0) continue
      const share = (time - dot.since) / travel
      const route = this.#routes[dot.arrow]
      if (share >= 1 || !route) {
        dot.arrow = -1
        dot.circle.setAttribute('visibility', 'hidden')
        continue
      }
      const [x, y] = route.at(share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2)
      dot.circle.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`)
    }
  }
}

/** Where one is after a share of a route. */
function along(route: Route): { length: number; at: (share: number) => readonly [number, number] } {
  const lengths = route.slice(1).map(([x, y], place) => {
    const [fromX, fromY] = route[place] as readonly [number, number]
    return Math.hypot(x - fromX, y - fromY)
  })
  const length = lengths.reduce((sum, each) => sum + each, 0)
  return {
    length,
    at(share) {
      let rest = share * length
      for (const [place, piece] of lengths.entries()) {
        const [x, y] = route[place] as readonly [number, number]
        const [toX, toY] = route[place + 1] as readonly [number, number]
        if (rest <= piece) {
          const part = piece === 0 ? 0 : rest / piece
          return [x + (toX - x) * part, y + (toY - y) * part]
        }
        rest -= piece
      }
      return route.at(-1) as readonly [number, number]
    },
  }
}
