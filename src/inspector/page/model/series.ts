// Figures over time, for plots: one column of times and one for each figure, thinned out as they grow old.

import { type Figure, figures, type Sample } from '../../protocol.js'

/** As many seconds as are kept. */
const most = 660

/** Columns of equal length, a place for each second: frames come several times in one, and what they say is averaged. */
export class Series {
  readonly times: number[] = []
  readonly columns: Readonly<Record<Figure, (number | null)[]>>
  #summed = 0

  constructor() {
    this.columns = Object.fromEntries(figures.map(figure => [figure, []])) as never
  }

  add(at: number, sample: Sample): void {
    const second = Math.floor(at / 1000) * 1000 + 1000
    const last = this.times.at(-1)
    if (last !== undefined && second < last) return
    if (second === last) {
      this.#summed++
      for (const figure of figures) this.#average(figure, sample[figure])
      return
    }
    this.#summed = 1
    this.times.push(second)
    for (const figure of figures) this.columns[figure].push(sample[figure])
    if (this.times.length <= most * 1.1) return
    const surplus = this.times.length - most
    this.times.splice(0, surplus)
    for (const figure of figures) this.columns[figure].splice(0, surplus)
  }

  #average(figure: Figure, value: number | null): void {
    const column = this.columns[figure]
    const before = column.at(-1)
    column[column.length - 1] =
      value === null || before === null || before === undefined
        ? value
        : before + (value - before) / this.#summed
  }
}
