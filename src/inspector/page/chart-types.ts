// A statechart as the page draws it: geometry, computed when the page is built.

/** From one state to another, with the titles of all transitions that it stands for. */
export interface Way {
  readonly from: string
  readonly to: string
  readonly titles: readonly string[]
}

/** A state's box, the dot where a compound state begins, or the stand-in for "whichever state is active". */
export interface ChartBox {
  /** The state's name: its keys from below the root, with dots. */
  readonly name: string
  readonly label: string
  readonly kind: 'simple' | 'compound' | 'final' | 'initial' | 'any'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An arrow. */
export interface ChartArrow extends Way {
  readonly route: readonly (readonly [x: number, y: number])[]
}

/** Boxes, outer ones first, and arrows. */
export interface ChartDrawing {
  readonly width: number
  readonly height: number
  readonly boxes: readonly ChartBox[]
  readonly arrows: readonly ChartArrow[]
}

/** A machine's chart, drawn for a screen and for a phone. */
export interface Chart {
  readonly name: string
  /** States that the machine passes through and never rests in. */
  readonly transient: readonly string[]
  /** Transitions without an arrow of their own: ends, and answers that are not the usual one. */
  readonly aside: readonly Way[]
  readonly wide: ChartDrawing
  readonly narrow: ChartDrawing
}
