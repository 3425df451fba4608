// Which arrows of a chart a transition went along: also through states that a machine passes through within one step.

import type { Chart, ChartDrawing } from '../chart-types.js'

/** Indices of arrows, and the names of the states that were entered. */
export interface Path {
  readonly arrows: readonly number[]
  readonly states: readonly string[]
}

interface Edge {
  readonly to: string
  readonly arrow: number | undefined
  readonly titles: readonly string[]
}

const longest = 6

/** Finds paths in one drawing, each once. */
export class Ways {
  readonly #chart: Chart
  readonly #edges = new Map<string, Edge[]>()
  readonly #compound = new Set<string>()
  readonly #known = new Map<string, Path>()

  constructor(chart: Chart, { arrows, boxes }: ChartDrawing) {
    this.#chart = chart
    for (const { kind, name } of boxes) if (kind === 'compound') this.#compound.add(name)
    for (const [arrow, { from, to, titles }] of arrows.entries()) {
      const start = from.endsWith('#any') ? from.slice(0, -4) : from
      this.#add(start, { to, arrow, titles })
    }
    for (const { from, to, titles } of chart.aside) this.#add(from, { to, arrow: undefined, titles })
  }

  #add(from: string, edge: Edge): void {
    const edges = this.#edges.get(from)
    if (edges) edges.push(edge)
    else this.#edges.set(from, [edge])
  }

  /** The path of a transition; without one that the chart knows, its end alone. */
  find(from: string | undefined, to: string, event: string): Path {
    const key = `${from}|${to}|${event}`
    let path = this.#known.get(key)
    if (path === undefined) {
      path = this.#search(from, to, event) ?? { arrows: [], states: [to] }
      this.#known.set(key, path)
    }
    return path
  }

  #search(from: string | undefined, to: string, event: string): Path | undefined {
    const start = from === undefined ? `${this.#chart.name}#initial` : from
    let frontier: { at: string; path: Path }[] = [{ at: start, path: { arrows: [], states: [] } }]
    for (let length = 0; length < longest && frontier.length > 0; length++) {
      const next: typeof frontier = []
      for (const { at, path } of frontier) {
        for (const edge of this.#edgesOf(at)) {
          if (length === 0 && from !== undefined && !edge.titles.some(title => answers(title, event)))
            continue
          const along = this.#enter(edge, path)
          const reached = along.states.at(-1) as string
          if (reached === to) return along
          if (this.#chart.transient.includes(reached)) next.push({ at: reached, path: along })
        }
      }
      frontier = next
    }
    return undefined
  }

  /** Goes along an edge, and into what it leads to as far as it begins by itself. */
  #enter({ to, arrow }: Edge, { arrows, states }: Path): Path {
    const along = arrow === undefined ? [...arrows] : [...arrows, arrow]
    const entered = [...states, to]
    for (let inner = to; this.#compound.has(inner); ) {
      const [begin] = this.#edges.get(`${inner}#initial`) ?? []
      if (begin === undefined) break
      if (begin.arrow !== undefined) along.push(begin.arrow)
      inner = begin.to
      entered.push(inner)
    }
    return { arrows: along, states: entered }
  }

  /** Those of a state and of all around it, the innermost first, the drawn ones before the others. */
  #edgesOf(state: string): Edge[] {
    const edges: Edge[] = []
    for (let name = state; ; name = name.slice(0, name.lastIndexOf('.'))) {
      edges.push(...(this.#edges.get(name) ?? []))
      if (!name.includes('.')) break
    }
    return [...edges, ...(this.#edges.get(this.#chart.name) ?? [])]
  }
}

/** Whether a transition that is titled so answers the event. */
function answers(title: string, event: string): boolean {
  const trigger = title.replace(/ \[.*/, '')
  if (trigger === event) return true
  if (trigger.startsWith('after ')) return event.includes(trigger.slice(6))
  return trigger.endsWith('*') && event.startsWith(trigger.slice(0, -1))
}
