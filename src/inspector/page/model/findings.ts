// What is wrong, without flicker: a pool at its limit goes over it and back many times a second.

import type { Diagnosis, Finding } from '../../protocol.js'

/** A finding is shown for so long after it was last found, in milliseconds. */
const linger = 2_000
const ranks = ['down', 'degraded', 'note'] as const

/** What tells one finding from another. Which connection is held longest changes all the time while all are leased: that is still one matter. */
export const keyOf = ({ kind, connection = '' }: Finding): string =>
  kind === 'exhausted' ? kind : `${kind} ${connection}`

/** Keeps what was found a moment ago. */
export class Findings {
  readonly #seen = new Map<string, { at: number; readonly order: number; finding: Finding }>()
  #order = 0

  /** What is found now, and what was found lately: the worst first, and of equal ones the first that was found. */
  settle(at: number, { findings }: Diagnosis): Diagnosis {
    for (const finding of findings) {
      const key = keyOf(finding)
      const known = this.#seen.get(key)
      if (known === undefined) this.#seen.set(key, { at, order: this.#order++, finding })
      else {
        // Of a worse moment a moment ago, its words stay.
        const isMilder = ranks.indexOf(finding.level) > ranks.indexOf(known.finding.level)
        if (isMilder && at - known.at < linger) continue
        known.at = at
        known.finding = finding
      }
    }
    for (const [key, { at: last }] of this.#seen) {
      if (at - last >= linger || at < last) this.#seen.delete(key)
    }
    const kept = [...this.#seen.values()].sort(
      (one, other) =>
        ranks.indexOf(one.finding.level) - ranks.indexOf(other.finding.level) || one.order - other.order,
    )
    const worst = kept[0]?.finding.level ?? 'note'
    return { level: worst === 'note' ? 'ok' : worst, findings: kept.map(({ finding }) => finding) }
  }
}
