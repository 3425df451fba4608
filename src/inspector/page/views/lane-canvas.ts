// Paints lanes onto a canvas: a column of pixels for each stretch of time, painted once and then moved along.

import { bands } from '../model/bands.js'
import { cellCount, cellTime, type Lane } from '../model/lane.js'
import { color } from './theme.js'

export interface Row {
  readonly lane: Lane
  readonly y: number
  readonly height: number
}

/** How time and space go together: whole pixels, so that bands have sharp edges. */
export interface Scale {
  /** Milliseconds of a column. */
  readonly time: number
  /** Device pixels of a column. */
  readonly pixels: number
}

/** The scale at which `duration` fits best into so many device pixels. */
export function scaleFor(duration: number, width: number): Scale {
  const cells = duration / cellTime
  if (cells <= width) return { time: cellTime, pixels: Math.max(1, Math.round(width / cells)) }
  return { time: cellTime * Math.max(1, Math.round(cells / width)), pixels: 1 }
}

const colorOf = bands.map(band => `--${band}`)
const idle = bands.indexOf('idle')

/** The canvas that is shown, and one beside it that is a ring of columns. */
export class LaneCanvas {
  readonly #canvas: HTMLCanvasElement
  readonly #shown: CanvasRenderingContext2D
  readonly #ring = document.createElement('canvas')
  readonly #painter: CanvasRenderingContext2D
  #key = ''
  #columns = 0
  #painted = 0

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#shown = canvas.getContext('2d') as CanvasRenderingContext2D
    this.#painter = this.#ring.getContext('2d') as CanvasRenderingContext2D
  }

  /** Paints what led to `now`, which is at the right edge. Lengths are device pixels. */
  draw(now: number, rows: readonly Row[], width: number, height: number, scale: Scale, look: string): void {
    const key = `${width} ${height} ${scale.time} ${scale.pixels} ${look} ${rows.map(({ lane, y }) => lane.id + y).join()}`
    const column = Math.floor(now / scale.time)
    const needed = Math.ceil(width / scale.pixels) + 2
    if (key !== this.#key || column < this.#painted - 1) {
      this.#key = key
      this.#columns = needed
      this.#ring.width = needed * scale.pixels
      this.#ring.height = height
      this.#painted = column - needed
    }
    if (this.#canvas.width !== width) this.#canvas.width = width
    if (this.#canvas.height !== height) this.#canvas.height = height
    for (let each = Math.max(this.#painted, column - needed + 1); each <= column; each++)
      this.#paint(each, rows, scale, height)
    this.#painted = column
    this.#blit(now, column, width, height, scale)
  }

  #paint(column: number, rows: readonly Row[], scale: Scale, height: number): void {
    const painter = this.#painter
    const x = (((column % this.#columns) + this.#columns) % this.#columns) * scale.pixels
    painter.clearRect(x, 0, scale.pixels, height)
    const perColumn = scale.time / cellTime
    for (const { lane, y, height: tall } of rows) {
      let bottom = y + tall
      for (let band = 0; band < bands.length; band++) {
        const share = shareOf(lane, column * perColumn, perColumn, band)
        if (share < 0.004) continue
        painter.fillStyle = color(colorOf[band] as string)
        if (band === idle) {
          const line = Math.max(1, Math.round(tall * 0.22))
          painter.fillRect(x, y + tall - line, scale.pixels, line)
        } else {
          const piece = Math.max(1, Math.round(tall * share))
          painter.fillRect(x, Math.max(y, bottom - piece), scale.pixels, Math.min(piece, bottom - y))
          bottom -= piece
        }
      }
    }
  }

  #blit(now: number, column: number, width: number, height: number, scale: Scale): void {
    const shown = this.#shown
    shown.clearRect(0, 0, width, height)
    // The newest column is as wide as the time that has passed of it.
    const right = width + Math.round((1 - (now / scale.time - column)) * scale.pixels) - scale.pixels
    const ringWidth = this.#columns * scale.pixels
    const end = ((((column % this.#columns) + this.#columns) % this.#columns) + 1) * scale.pixels
    shown.drawImage(this.#ring, 0, 0, end, height, right + scale.pixels - end, 0, end, height)
    if (end < ringWidth)
      shown.drawImage(
        this.#ring,
        end,
        0,
        ringWidth - end,
        height,
        right + scale.pixels - ringWidth,
        0,
        ringWidth - end,
        height,
      )
  }
}

function shareOf(lane: Lane, first: number, cells: number, band: number): number {
  let sum = 0
  for (let cell = first; cell < first + cells; cell++) {
    if (cell > lane.newest || cell <= lane.newest - cellCount || cell < 0) continue
    sum += lane.cells[(cell % cellCount) * bands.length + band] ?? 0
  }
  return sum / (255 * cells)
}
