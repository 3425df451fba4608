// Transitions out of the bytes that they travel and are kept in.

import { readRecord, recordSize } from '../../../recorder/format.js'
import type { Transition } from './pool-view.js'

/** The records with their names. */
export function transitionsIn(records: Uint8Array, names: readonly string[]): Transition[] {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
  const transitions: Transition[] = []
  const nameOf = (index: number): string => names[index] ?? '(other)'
  for (let offset = 0; offset + recordSize <= records.byteLength; offset += recordSize) {
    const { at, actor, event, from, to, number } = readRecord(view, offset)
    transitions.push({
      at,
      actor: nameOf(actor),
      event: nameOf(event),
      from: from === undefined ? undefined : nameOf(from),
      to: nameOf(to),
      number,
    })
  }
  return transitions
}
