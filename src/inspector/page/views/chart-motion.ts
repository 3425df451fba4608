// What moves on a chart: arrows and states that glow after a transition, and dots that run along the arrows. On a canvas over the drawing,
// because a browser lays an SVG out and paints all of it for whatever moves in it.

import type { ChartBox, ChartDrawing } from '../chart-types.js'
import type { Transition } from '../model/pool-view.js'
import { tintOf } from '../model/state-words.js'
import type { Ways } from '../model/way.js'
import { along, headOf, lineOf } from './chart-lines.js'
import { wantsStillness } from './hooks.js'
import { color } from './theme.js'

/** How long a glow lasts, and a dot's way, in milliseconds. */
const fading = 700
const travel = 520
const mostDots = 14
/** What happened before a pause as long as this is over: the chart was not on the screen. */
const longPause = 1_000

interface Arrow {
  readonly line: Path2D
  readonly head: Path2D
  readonly at: (share: number) => readonly [number, number]
  /** When it was last taken; -Infinity = long ago. */
  taken: number
  /** When the dot set out that runs along it. */
  sentAt: number
}

interface Box {
  readonly outline: Path2D
  readonly tint: string
  entered: number
}

/** The glow of one chart. */
export class ChartMotion {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #drawing: ChartDrawing
  readonly #ways: Ways
  readonly #arrows: readonly Arrow[]
  readonly #boxes: ReadonlyMap<string, Box>
  readonly #still = wantsStillness()
  #last = 0
  #isClear = true

  constructor(canvas: HTMLCanvasElement, drawing: ChartDrawing, ways: Ways) {
    canvas.width = 0 // what another drawing left on it
    this.#canvas = canvas
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D
    this.#drawing = drawing
    this.#ways = ways
    this.#arrows = drawing.arrows.map(({ route }) => ({
      line: new Path2D(lineOf(route)),
      head: new Path2D(headOf(route)),
      at: along(route),
      taken: Number.NEGATIVE_INFINITY,
      sentAt: Number.NEGATIVE_INFINITY,
    }))
    this.#boxes = new Map(
      drawing.boxes
        .filter(({ kind }) => kind === 'simple' || kind === 'compound')
        .map(box => [
          box.name,
          { outline: outlineOf(box), tint: `--${tintOf(box.name)}`, entered: Number.NEGATIVE_INFINITY },
        ]),
    )
  }

  /** @param pulses the transitions since the last call */
  draw(time: number, pulses: readonly Transition[]): void {
    const isAfterPause = time - this.#last > longPause
    this.#last = time
    if (!isAfterPause) for (const pulse of pulses) this.#take(time, pulse)
    const arrows = this.#arrows.filter(({ taken }) => time - taken < fading)
    const boxes = [...this.#boxes.values()].filter(({ entered }) => time - entered < fading)
    if (arrows.length === 0 && boxes.length === 0) {
      if (!this.#isClear) this.#clear()
      return
    }
    this.#clear()
    this.#isClear = false
    const context = this.#context
    for (const { outline, tint, entered } of boxes) {
      const heat = 1 - (time - entered) / fading
      context.globalAlpha = heat
      context.strokeStyle = color(tint)
      context.lineWidth = 1.5
      context.stroke(outline)
      context.globalAlpha = heat * 0.14
      context.fillStyle = color(tint)
      context.fill(outline)
    }
    const tint = color('--leased')
    context.strokeStyle = tint
    context.fillStyle = tint
    for (const { line, head, taken } of arrows) {
      const heat = 1 - (time - taken) / fading
      context.globalAlpha = heat
      context.lineWidth = 1.1 + heat * 0.9
      context.stroke(line)
      context.fill(head)
    }
    context.globalAlpha = 1
    context.strokeStyle = color('--card')
    context.lineWidth = 1.5
    for (const { at, sentAt } of arrows) {
      const share = (time - sentAt) / travel
      if (share >= 1) continue
      const [x, y] = at(share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2)
      context.beginPath()
      context.arc(x, y, 3.5, 0, 2 * Math.PI)
      context.fill()
      context.stroke()
    }
  }

  #take(time: number, { from, to, event }: Transition): void {
    const { arrows, states } = this.#ways.find(from, to, event)
    for (const index of arrows) {
      const arrow = this.#arrows[index]
      if (arrow === undefined) continue
      arrow.taken = time
      if (this.#still || time - arrow.sentAt < travel) continue
      const running = this.#arrows.reduce(
        (count, { sentAt }) => (time - sentAt < travel ? count + 1 : count),
        0,
      )
      if (running < mostDots) arrow.sentAt = time
    }
    for (const state of states) {
      const box = this.#boxes.get(state)
      if (box) box.entered = time
    }
  }

  /** Empties the canvas, and gives it the size at which the drawing is shown. */
  #clear(): void {
    const canvas = this.#canvas
    const width = Math.round(canvas.clientWidth * devicePixelRatio)
    const height = Math.round(canvas.clientHeight * devicePixelRatio)
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    } else this.#context.clearRect(0, 0, this.#drawing.width, this.#drawing.height)
    const scale = width / this.#drawing.width
    this.#context.setTransform(scale, 0, 0, scale, 0, 0)
    this.#isClear = true
  }
}

function outlineOf({ x, y, width, height }: ChartBox): Path2D {
  const path = new Path2D()
  path.roundRect(x, y, width, height, 7)
  return path
}
