// A statechart that lives: states lit and counted, transitions running along their arrows.

import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { Chart, ChartBox } from '../chart-types.js'
import type { Transition } from '../model/pool-view.js'
import { tintOf } from '../model/state-words.js'
import { Ways } from '../model/way.js'
import { headOf, lineOf } from './chart-lines.js'
import { ChartMotion } from './chart-motion.js'
import { useFrames, useWidth } from './hooks.js'

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

/** How often counts and lit states change, in milliseconds: at each frame a busy pool's could not be read, and the chart would be laid out anew. */
const readingPace = 100

export function ChartView({ chart, title, counts, numbered, pulses, shape }: ChartViewProps) {
  const [measure, width] = useWidth<HTMLDivElement>()
  const drawing = chart[shape ?? (width > 0 && width < 860 ? 'narrow' : 'wide')]
  const frame = useRef<HTMLDivElement>(null)
  const svg = useRef<SVGSVGElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const ways = useMemo(() => new Ways(chart, drawing), [chart, drawing])
  const states = useRef<ChartStates | undefined>(undefined)
  const motion = useRef<ChartMotion | undefined>(undefined)
  useEffect(() => {
    if (svg.current === null || canvas.current === null) return
    states.current = new ChartStates(svg.current)
    motion.current = new ChartMotion(canvas.current, drawing, ways)
  }, [drawing, ways])
  // Also where it is not on the screen: that is rendered seldom, but it is.
  useEffect(() => states.current?.show(performance.now(), counts, numbered))
  useFrames(frame, time => {
    states.current?.show(time, counts, numbered)
    motion.current?.draw(time, pulses())
  })
  const outline = {
    aspectRatio: `${drawing.width} / ${drawing.height}`,
    maxWidth: `${drawing.width * 1.15}px`,
  }
  return (
    <div class="chart" ref={measure}>
      <div class="drawing" ref={frame} style={outline}>
        {useMemo(
          () => (
            <svg
              key={`${drawing.width} ${drawing.height}`}
              ref={svg}
              viewBox={`0 0 ${drawing.width} ${drawing.height}`}
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
              {drawing.boxes.filter(box => box.kind !== 'compound').map(drawBox)}
            </svg>
          ),
          [drawing, title],
        )}
        <canvas ref={canvas} />
      </div>
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

/** Which states are lit, and how many are in each: changed in the drawing itself, because it changes more often than anything should be rendered. */
class ChartStates {
  readonly #boxes = new Map<
    string,
    { readonly group: Element; readonly count: Element | null; shown: number }
  >()
  #last = 0

  constructor(svg: SVGSVGElement) {
    for (const group of svg.querySelectorAll('.box'))
      this.#boxes.set(group.getAttribute('data-name') ?? '', {
        group,
        count: group.querySelector('.count'),
        shown: 0,
      })
  }

  show(time: number, counts: ChartViewProps['counts'], numbered: boolean): void {
    if (time - this.#last < readingPace) return
    this.#last = time
    const now = counts()
    for (const [name, box] of this.#boxes) {
      const count = now.get(name) ?? 0
      if (count === box.shown) continue
      if (count === 0 || box.shown === 0) box.group.classList.toggle('lit', count > 0)
      box.shown = count
      if (numbered && box.count) box.count.textContent = count === 0 ? '' : String(count)
    }
  }
}
