// Boxes and arrows of one level, laid out by dagre. The build puts dagre into this file, so the package does not depend on it.
import { Graph, layout } from '@dagrejs/dagre'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** An arrow between two boxes, with the size of its label; zero = none. */
export interface Link extends Size {
  readonly from: string
  readonly to: string
}

/** The left upper corner of each box, and of each arrow the route and the middle of the label. */
export interface Places extends Size {
  readonly boxes: ReadonlyMap<string, Place>
  readonly routes: readonly { readonly points: readonly Place[]; readonly label: Place }[]
}

/** From the right side of a box to its label, and back: dagre's own loops reach beyond the place that it keeps free for them. */
function loop({ x, y, width, height }: Place & Size, label: Place): Place[] {
  const right = x + width / 2
  const aside = Math.min(height / 3, 14)
  return [
    { x: right, y: y - aside },
    { x: label.x, y: y - aside },
    { x: label.x, y: y + aside },
    { x: right, y: y + aside },
  ]
}

/** Lays boxes out from top to bottom. The same input always gets the same places. */
export function placeBoxes(boxes: ReadonlyMap<string, Size>, links: readonly Link[]): Places {
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 34, edgesep: 16, marginx: 0, marginy: 0 })
  for (const [name, size] of boxes) graph.setNode(name, { ...size })
  links.forEach(({ from, to, width, height }, index) => {
    graph.setEdge(from, to, { width, height, labelpos: 'c' }, String(index))
  })
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as Partial<Size>
  return {
    width,
    height,
    boxes: new Map(
      [...boxes].map(([name, size]) => {
        const { x, y } = graph.node(name) as Place
        return [name, { x: x - size.width / 2, y: y - size.height / 2 }]
      }),
    ),
    routes: links.map(({ from, to }, index) => {
      const { points, x, y } = graph.edge(from, to, String(index)) as { points: Place[] } & Partial<Place>
      const label = { x: x ?? 0, y: y ?? 0 }
      return { points: from === to ? loop(graph.node(from) as Place & Size, label) : points, label }
    }),
  }
}
