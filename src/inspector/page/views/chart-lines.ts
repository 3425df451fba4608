// The lines of a chart's arrows, as paths for SVG and canvas.

import type { ChartDrawing } from '../chart-types.js'

export type Route = ChartDrawing['arrows'][number]['route']

/** Straight pieces with rounded corners. */
export function lineOf(route: Route): string {
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

/** The triangle at its end. */
export function headOf(route: Route): string {
  const [x, y] = route.at(-1) as readonly [number, number]
  const [fromX, fromY] = route.at(-2) as readonly [number, number]
  const length = Math.hypot(x - fromX, y - fromY) || 1
  const [dx, dy] = [(x - fromX) / length, (y - fromY) / length]
  const at = (back: number, aside: number): string =>
    `${x - dx * back - dy * aside} ${y - dy * back + dx * aside}`
  return `M${at(0, 0)}L${at(6.5, 3.4)}L${at(6.5, -3.4)}z`
}

/** Where one is after a share of a route. */
export function along(route: Route): (share: number) => readonly [number, number] {
  const lengths = route.slice(1).map(([x, y], place) => {
    const [fromX, fromY] = route[place] as readonly [number, number]
    return Math.hypot(x - fromX, y - fromY)
  })
  const length = lengths.reduce((sum, each) => sum + each, 0)
  return share => {
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
  }
}
