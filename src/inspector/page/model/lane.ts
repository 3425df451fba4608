// One connection over the last minutes: how much of each twentieth of a second it spent in which band. Its memory is fixed, however
// often the connection changes its state.

import { bandIndexOf, bands } from './bands.js'
import { Ring } from './ring.js'

/** The width of a cell, in milliseconds. */
export const cellTime = 50
/** How many cells are kept: more than five minutes. */
export const cellCount = 6400
const histories = 120

/** A change of state, as the history shows it. */
export interface Step {
  readonly at: number
  readonly event: string
  readonly from: string | undefined
  readonly to: string
}

/** A lease that has ended, or that is out (`until` is undefined). */
export interface LaneLease {
  readonly lease: number | undefined
  readonly since: number
  until: number | undefined
  readonly acquiredFrom: string | undefined
}

/** The lane of one connection's id; later connections may have the same id, and continue it. */
export class Lane {
  readonly id: string
  serial = 0
  state: string | undefined
  /** Since when it is in this state. */
  since: number
  uses = 0
  openedAt: number | undefined
  /** When something went wrong with it: it was lost, or could not be opened. */
  readonly alarms = new Ring<{ readonly at: number; readonly text: string }>(32)
  readonly history = new Ring<Step>(histories)
  readonly leases = new Ring<LaneLease>(histories)
  /** For each cell, how many 255ths of it were spent in each band. */
  readonly cells = new Uint8Array(cellCount * bands.length)
  /** The number of the newest cell since the clock's zero; those before {@link cellCount} ago are forgotten. */
  newest: number
  #band = -1
  #accounted: number

  constructor(id: string, at: number) {
    this.id = id
    this.since = at
    this.#accounted = at
    this.newest = Math.floor(at / cellTime)
  }

  /** The connection goes to another state. */
  step(at: number, event: string, from: string | undefined, to: string): void {
    this.account(at)
    this.#band = bandIndexOf(to)
    this.state = this.#band < 0 ? undefined : to
    if (from !== to) this.since = at
    this.history.push({ at, event, from, to })
  }

  /** What a frame says, where no transition said so. */
  settle(at: number, state: string | undefined): void {
    if (state === this.state) return
    this.account(at)
    this.#band = state === undefined ? -1 : bandIndexOf(state)
    this.state = state
    this.since = at
  }

  /** Nothing is known of what happened since it was last told of. */
  skipTo(at: number): void {
    const band = this.#band
    this.#band = -1
    this.account(at)
    this.#band = band
  }

  /** Adds the time until now to the cells. */
  account(now: number): void {
    let at = this.#accounted
    if (now <= at) return
    if (now - at > cellTime * cellCount) at = now - cellTime * cellCount
    while (at < now) {
      const cell = Math.floor(at / cellTime)
      const end = Math.min(now, (cell + 1) * cellTime)
      this.#turnTo(cell)
      if (this.#band >= 0) {
        const place = (cell % cellCount) * bands.length + this.#band
        this.cells[place] = Math.min(
          255,
          Math.round((this.cells[place] ?? 0) + ((end - at) / cellTime) * 255),
        )
      }
      at = end <= at ? at + cellTime : end
    }
    this.#accounted = now
  }

  #turnTo(cell: number): void {
    if (cell <= this.newest) return
    const first = Math.max(this.newest + 1, cell - cellCount + 1)
    for (let each = first; each <= cell; each++) {
      const place = (each % cellCount) * bands.length
      this.cells.fill(0, place, place + bands.length)
    }
    this.newest = cell
  }
}
