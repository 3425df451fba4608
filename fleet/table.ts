// The live table of `npm run fleet`: as wide as the terminal, and never wider. Pure: a view in, lines out.
import type { View } from './run.js'

const barOf = (share: number, width: number): string => {
  const full = Math.round(Math.min(1, share) * width)
  return '█'.repeat(full) + '░'.repeat(width - full)
}

/** `3 × 2, 17 × 1`: how many processes have how many connections. */
function spread(view: View): string {
  const counts = new Map<number, number>()
  for (const { told } of view.members) {
    const open = told?.open ?? 0
    counts.set(open, (counts.get(open) ?? 0) + 1)
  }
  return [...counts]
    .sort(([one], [other]) => other - one)
    .map(([open, processes]) => `${processes} have ${open}`)
    .join(', ')
}

const figure = (value: number): string => value.toLocaleString('en')

/** @param rate callers served in the last second */
export function linesOf(view: View, rate: number, width: number): string[] {
  const { part, progress, members, sessions, most, bound, served, failed, tooMany } = view
  const heldBack = members.filter(({ told }) => told?.heldBack).length
  const away = members.filter(({ told }) => told?.away).length
  const waiting = members.reduce((sum, { told }) => sum + (told?.waiting ?? 0), 0)
  const fresh = members.filter(({ revision }) => revision > 1).length
  const rows: [string, string][] = [
    ['now', part],
    ['', `${barOf(progress, Math.max(4, Math.min(30, width - 20)))} ${Math.floor(progress * 100)} %`],
    ['processes', `${figure(members.length)}${fresh > 0 ? `, ${figure(fresh)} of the new deploy` : ''}`],
    ['sessions', `${figure(sessions)} now, at most ${figure(most)} (bound ${figure(bound)})`],
    ['', barOf(sessions / bound, Math.max(4, Math.min(30, width - 14)))],
    ['spread', spread(view)],
    ['callers', `${figure(waiting)} wait, in ${figure(heldBack)} processes for the budget`],
    ['served', `${figure(served)}, ${figure(rate)} a second`],
    ['failed', `${figure(failed)}, with 53300: ${figure(tooMany)}`],
  ]
  if (away > 0) rows.push(['away', `${figure(away)} processes do not reach what keeps the budget`])
  const label = 10
  return rows.flatMap(([name, text]) =>
    folded(text, Math.max(12, width - label - 1)).map(
      (line, index) => `${(index === 0 ? name : '').padEnd(label)} ${line}`,
    ),
  )
}

/** Lines of words, none longer than `width` unless a word is. */
function folded(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`
  }
  return lines
}
