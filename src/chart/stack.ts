// Lays out any statechart level by level: the inside of each state first, then the state as a box among its siblings.
import { type ChartState, statesOf } from './chart.js'
import { type Link, type Place, placeBoxes, type Size } from './dagre.js'
import {
  type Arrow,
  anySuffix,
  type Box,
  type Drawing,
  groupArrows,
  initialSuffix,
  labelOf,
  linesOf,
  type Mark,
  markSizes,
  type Point,
  type StateBox,
  sizeOf,
} from './drawing.js'

const padding = 16

/** Where an arrow starts and ends; its titles. */
interface Way {
  readonly from: string
  readonly to: string
  readonly titles: readonly string[]
}

/** What is drawn in a state, seen from its left upper corner. */
interface Inside extends Size {
  readonly states: readonly StateBox[]
  readonly marks: readonly (Mark & { readonly name: string })[]
  readonly arrows: readonly (Arrow & { readonly way: Way })[]
}

/** The drawing of a chart. It is plainer than that of `npm run docs`, and needs a library of a twentieth of the size. */
export function stack(root: ChartState): Drawing {
  const starts = statesOf(root).flatMap(({ name, initial }) =>
    initial === undefined ? [] : [{ from: name + initialSuffix, to: initial.name, titles: [] }],
  )
  // What leads to the chart as a whole leads to where it starts.
  const ways = groupArrows(root).map(way =>
    way.to === root.name ? { ...way, to: root.name + initialSuffix } : way,
  )
  const { width, height, states, marks, arrows } = insideOf(root, [...starts, ...ways], 0)
  const boxes = new Map<string, Box>([
    ...states.map(box => [box.state.name, box] as const),
    ...marks.map(mark => [mark.name, mark] as const),
  ])
  return {
    width,
    height,
    states,
    marks,
    arrows: arrows.map(({ route, label, way }) => ({ label, route: toTheirBoxes(route, way, boxes) })),
  }
}

function insideOf(state: ChartState, ways: readonly Way[], depth: number): Inside {
  const own = { state, depth, lines: linesOf(state) }
  const size = sizeOf(state)
  if (state.children.length === 0)
    return { ...size, states: [{ ...own, ...size, x: 0, y: 0 }], marks: [], arrows: [] }
  const children = new Map(state.children.map(child => [child.name, insideOf(child, ways, depth + 1)]))
  const here = ways.filter(way => isHere(state, way))
  const marks = markNames(state).filter(name => here.some(({ from }) => from === name))
  const boxes = new Map<string, Size>([...marks.map(name => [name, markSize(name)] as const), ...children])
  const links = here.map(({ from, to, titles }): Link => {
    const label = titles.length === 0 ? { width: 0, height: 0 } : labelOf(titles)
    return {
      from: childWith(state, from),
      to: childWith(state, to),
      width: label.width,
      height: label.height,
    }
  })
  const places = placeBoxes(boxes, links)
  const offset = { x: padding, y: size.height + 12 }
  const moved = [...children].map(([name, inside]) => shifted(inside, sum(offset, places.boxes.get(name))))
  const width = Math.max(size.width, places.width + 2 * padding)
  const height = offset.y + places.height + padding
  return {
    width,
    height,
    states: [{ ...own, x: 0, y: 0, width, height }, ...moved.flatMap(({ states }) => states)],
    marks: [
      ...marks.map(name => {
        const kind = name.endsWith(initialSuffix) ? ('initial' as const) : ('any' as const)
        return { name, kind, ...markSize(name), ...sum(offset, places.boxes.get(name)) }
      }),
      ...moved.flatMap(each => each.marks),
    ],
    arrows: [
      ...here.map((way, index) => arrowOf(way, places.routes[index], offset)),
      ...moved.flatMap(({ arrows }) => arrows),
    ],
  }
}

const markNames = ({ name }: ChartState): string[] => [name + initialSuffix, name + anySuffix]

const markSize = (name: string): Size => (name.endsWith(initialSuffix) ? markSizes.initial : markSizes.any)

/** Whether both ends are inside of this state, and not both inside of one of its children. */
function isHere(state: ChartState, { from, to }: Way): boolean {
  const [start, end] = [childWith(state, from), childWith(state, to)]
  if (start === '' || end === '') return false
  return start !== end || start === from || start === to
}

/** The name of the child that is, or has in it, what is called so; empty if none does. */
function childWith(state: ChartState, name: string): string {
  if (markNames(state).includes(name)) return name
  const owns = (child: ChartState): boolean => child.name === name || markNames(child).includes(name)
  return state.children.find(child => statesOf(child).some(owns))?.name ?? ''
}

function arrowOf(
  way: Way,
  route: { readonly points: readonly Place[]; readonly label: Place } | undefined,
  offset: Point,
): Arrow & { readonly way: Way } {
  const { points = [], label = offset } = route ?? {}
  const { lines, width, height } = labelOf(way.titles)
  const corner = { x: offset.x + label.x - width / 2, y: offset.y + label.y - height / 2 }
  return {
    way,
    route: points.map(point => sum(offset, point)),
    label: way.titles.length === 0 ? undefined : { lines, width, height, ...corner },
  }
}

/** Routes end at the boxes of one level; those that come from, or lead to, a state further inside go on to it. */
function toTheirBoxes(route: readonly Point[], { from, to }: Way, boxes: ReadonlyMap<string, Box>): Point[] {
  const [first, last] = [route[0], route.at(-1)]
  const [start, end] = [boxes.get(from), boxes.get(to)]
  if (first === undefined || last === undefined || start === undefined || end === undefined) return [...route]
  return [...further(first, start), ...route, ...further(last, end)]
}

function further(point: Point, box: Box): Point[] {
  const nearest = {
    x: Math.min(Math.max(point.x, box.x), box.x + box.width),
    y: Math.min(Math.max(point.y, box.y), box.y + box.height),
  }
  return Math.hypot(nearest.x - point.x, nearest.y - point.y) < 2 ? [] : [nearest]
}

function shifted({ states, marks, arrows, ...size }: Inside, by: Point): Inside {
  const move = <T extends Point>(it: T): T => ({ ...it, ...sum(it, by) })
  return {
    ...size,
    states: states.map(move),
    marks: marks.map(move),
    arrows: arrows.map(({ way, route, label }) => ({
      way,
      route: route.map(move),
      label: label && move(label),
    })),
  }
}

const sum = (one: Point, other: Point | undefined): Point => ({
  x: one.x + (other?.x ?? 0),
  y: one.y + (other?.y ?? 0),
})
