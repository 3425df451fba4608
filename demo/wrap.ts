// Breaks text into lines for a terminal, in which colour codes take no room.

import { stripVTControlCharacters } from 'node:util'

/** Where a line may end: not between a figure and its unit. */
const gap = /\s+(?!m?s\b)/

/** How many columns the text takes. */
export const columns = (text: string): number => stripVTControlCharacters(text).length

/**
 * Fills lines of at most `width` columns with the text's words. Lines begin with `indent`, those after the first with
 * `hanging`; line breaks in the text stay, and a figure stays with its unit. A word longer than a line gets a line of its own.
 */
export function wrap(text: string, width: number, indent = '', hanging = indent): string {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = lines.length === 0 ? indent : hanging
    let empty = true
    for (const word of paragraph.trim().split(gap)) {
      if (!empty && columns(line) + 1 + columns(word) > width) {
        lines.push(line)
        line = hanging
        empty = true
      }
      line += empty ? word : ` ${word}`
      empty = false
    }
    lines.push(line)
  }
  return lines.join('\n')
}
