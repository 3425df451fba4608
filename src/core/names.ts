// Which names are options, and what an unknown one was probably meant to be.

import { OptionsError } from './errors.js'
import { show } from './refusal.js'

/** The whole refusal of a name that belongs elsewhere; undefined = say which option it resembles. */
export type Hint = (name: string, owner: string) => string | undefined

/**
 * Refuses what is no object of options, and names that are no options. It never shows a value: a mistyped or misplaced name may well be
 * that of a secret.
 * @throws OptionsError
 */
export function refuseUnknown(
  owner: string,
  options: unknown,
  known: readonly string[],
  hint?: Hint,
): asserts options is object {
  refuseNonObject(owner, options)
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new OptionsError(
        name,
        undefined,
        hint?.(name, owner) ?? noOption(owner, name, resemblance(name, known)),
      )
  }
}

/**
 * Refuses what options cannot be read from.
 * @throws OptionsError
 */
export function refuseNonObject(owner: string, options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return
  // Its value is not shown: a string where options belong is a connection string more often than not.
  const given = typeof options === 'string' ? 'a string' : show(options)
  throw new OptionsError('options', undefined, `${owner} takes an object of options; got ${given}.`)
}

/** The refusal of a name; `rest` follows the name. */
export function noOption(owner: string, name: string, rest: string): string {
  return `${owner} has no option ${JSON.stringify(name)}${rest}`
}

function resemblance(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known)
  return nearest === undefined ? `. Its options are: ${known.join(', ')}.` : `; did you mean ${nearest}?`
}

/**
 * The known name nearest to a mistyped one, if any is near enough to be what was meant. One that the given name begins with is
 * near too, and a unit at the end does not count: other pools have `idleTimeoutMillis` and `maxWaitingClients`. But `max` and `min` begin
 * the names of too many things to be meant by another word behind them.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase().replace(/(millis|ms)$/, '')
  let nearest: string | undefined
  let least = Math.max(2, Math.floor(given.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(given, candidate.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  const begins = ({ length }: string) => length > 3 || /^[a-z]/.test(name.slice(length))
  return (
    nearest ??
    known.filter(candidate => given.startsWith(candidate.toLowerCase()) && begins(candidate)).at(-1)
  )
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const substitution = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
