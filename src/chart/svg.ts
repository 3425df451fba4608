// Writes a laid-out statechart as SVG, in a light and in a dark palette.

import { type Arrow, type Drawing, type Mark, type Point, type StateBox, text } from './drawing.js'

/** Colours by role. */
interface Palette {
  readonly page: string
  readonly ink: string
  readonly quiet: string
  readonly end: string
  readonly arrow: string
  /** The fill and the border of a state, by what it is. */
  readonly simple: readonly [string, string]
  readonly compound: readonly [string, string]
  readonly final: readonly [string, string]
}

const palettes = {
  light: {
    page: '#ffffff',
    ink: '#1f2328',
    quiet: '#59636e',
    end: '#b4232c',
    arrow: '#6e7781',
    simple: ['#ddf4ff', '#54aeff'],
    compound: ['#f6f8fa', '#afb8c1'],
    final: ['#ffebe9', '#ff8182'],
  },
  dark: {
    page: '#0d1117',
    ink: '#e6edf3',
    quiet: '#9198a1',
    end: '#ff9492',
    arrow: '#8b949e',
    simple: ['#0c2d6b', '#388bfd'],
    compound: ['#161b22', '#484f58'],
    final: ['#490202', '#da3633'],
  },
} as const satisfies Record<string, Palette>

export type Theme = keyof typeof palettes

const margin = 6
const sans =
  '-apple-system, BlinkMacSystemFont, &quot;Segoe UI&quot;, Helvetica, Arial, &quot;DejaVu Sans&quot;, sans-serif'
const mono = 'ui-monospace, SFMono-Regular, Menlo, Consolas, &quot;DejaVu Sans Mono&quot;, monospace'

/** The drawing as an SVG file. `title` is what screen readers say. */
export function drawSvg(drawing: Drawing, title: string, theme: Theme): string {
  const palette: Palette = palettes[theme]
  const width = Math.ceil(drawing.width) + 2 * margin
  const height = Math.ceil(drawing.height) + 2 * margin
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-margin} ${-margin} ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    '<defs>',
    `<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 8 4 0 7.5z" fill="${palette.arrow}"/></marker>`,
    '</defs>',
    `<rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" rx="10" fill="${palette.page}"/>`,
    `<g font-family="${mono}" font-size="${text.line}" fill="${palette.ink}" xml:space="preserve">`,
    ...drawing.states.map(state => drawState(state, palette)),
    ...drawing.marks.map(mark => drawMark(mark, palette)),
    ...drawing.arrows.map(({ route }) => drawRoute(route, palette)),
    ...drawing.states.filter(({ lines }) => lines.length > 0).map(state => drawNotes(state, palette)),
    ...drawing.arrows.map(arrow => drawLabel(arrow, drawing, palette)),
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function drawState(box: StateBox, palette: Palette): string {
  const { state, x, y, width, height, lines } = box
  const [fill, border] = paletteOf(box, palette)
  const inner =
    state.kind === 'final'
      ? `<rect x="${n(x + 3)}" y="${n(y + 3)}" width="${n(width - 6)}" height="${n(height - 6)}" rx="5" fill="none" stroke="${border}"/>`
      : ''
  const dashes = state.parent?.kind === 'parallel' ? ' stroke-dasharray="5 3"' : ''
  const isHeading = state.children.length > 0 || lines.length > 0
  const titleX = isHeading ? x + text.inset : x + width / 2
  const anchor = isHeading ? '' : ' text-anchor="middle"'
  const rule = isHeading
    ? `<path d="M${n(x)} ${n(y + text.header - 2)}h${n(width)}" stroke="${border}" stroke-opacity="0.5"/>`
    : ''
  return [
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="8" fill="${fill}" stroke="${border}" stroke-width="1.25"${dashes}/>${inner}${rule}`,
    `<text x="${n(titleX)}" y="${n(y + text.header / 2 + 5)}" font-family="${sans}" font-size="${text.title}" font-weight="600"${anchor}>${escapeXml(state.key)}</text>`,
  ].join('\n')
}

/** What is written inside a state, over the arrows that pass behind it. */
function drawNotes(box: StateBox, palette: Palette): string {
  const { x, y, lines } = box
  const inks = { action: palette.ink, end: palette.end, ignored: palette.quiet }
  const left = x + text.inset
  const top = y + text.header + 4
  return lines
    .map((line, row) => {
      const patch = `<rect x="${n(left - 3)}" y="${n(top + row * text.lineHeight)}" width="${n(line.text.length * text.charWidth + 6)}" height="${text.lineHeight}" fill="${paletteOf(box, palette)[0]}"/>`
      return `${box.state.children.length > 0 ? patch : ''}<text x="${n(left)}" y="${n(top + 11 + row * text.lineHeight)}" fill="${inks[line.kind]}">${escapeXml(line.text)}</text>`
    })
    .join('\n')
}

function paletteOf({ state, depth }: StateBox, palette: Palette): readonly [string, string] {
  if (depth === 0) return [palette.page, palette.compound[1]]
  if (state.kind === 'final') return palette.final
  return state.children.length > 0 ? palette.compound : palette.simple
}

function drawMark({ kind, x, y, width, height }: Mark, palette: Palette): string {
  if (kind === 'initial') {
    return `<circle cx="${n(x + width / 2)}" cy="${n(y + height / 2)}" r="${n(width / 2)}" fill="${palette.ink}"/>`
  }
  return [
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(height / 2)}" fill="none" stroke="${palette.quiet}" stroke-dasharray="4 3"/>`,
    `<text x="${n(x + width / 2)}" y="${n(y + height / 2 + 4)}" text-anchor="middle" fill="${palette.quiet}">any state</text>`,
  ].join('')
}

const radius = 6

/** Straight pieces with rounded corners. */
function drawRoute(route: readonly Point[], palette: Palette): string {
  const pieces = route.map((point, place) => {
    const before = route[place - 1]
    const after = route[place + 1]
    if (!before) return `M${n(point.x)} ${n(point.y)}`
    if (!after) return `L${n(point.x)} ${n(point.y)}`
    const start = towards(point, before)
    const end = towards(point, after)
    return `L${n(start.x)} ${n(start.y)}Q${n(point.x)} ${n(point.y)} ${n(end.x)} ${n(end.y)}`
  })
  return `<path d="${pieces.join('')}" fill="none" stroke="${palette.arrow}" stroke-width="1.25" marker-end="url(#head)"/>`
}

function towards(from: Point, to: Point): Point {
  const length = Math.abs(to.x - from.x) + Math.abs(to.y - from.y) // the pieces are horizontal or vertical
  const share = length === 0 ? 0 : Math.min(radius, length / 2) / length
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
}

/** On a patch of the background, so that the arrow does not strike its own label through. */
function drawLabel({ label }: Arrow, drawing: Drawing, palette: Palette): string {
  if (!label) return ''
  const { x, y, width, height, lines } = label
  const under = drawing.states.filter(
    state =>
      x >= state.x &&
      y >= state.y &&
      x + width <= state.x + state.width &&
      y + height <= state.y + state.height,
  )
  const innermost = under.at(-1)
  const patch = innermost ? paletteOf(innermost, palette)[0] : palette.page
  return [
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="3" fill="${patch}"/>`,
    ...lines.map(
      (line, row) =>
        `<text x="${n(x + width / 2)}" y="${n(y + 12 + row * text.lineHeight)}" text-anchor="middle">${escapeXml(line)}</text>`,
    ),
  ].join('')
}

/** A coordinate: a tenth of a pixel is precise enough, and short. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
