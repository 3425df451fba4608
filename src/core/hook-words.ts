// What a hook of the application threw, left out of the pool's own words where they are kept or sent on: it may have SQL and its parameters in it.
import { causesOf } from './causes.js'
import { NoHostError } from './errors/acquiring.js'
import { PoolError } from './errors/pool-error.js'
import { messageOf, withoutStop } from './wording.js'

const quotesHook = /\bon(Connect|Lend|Return) threw\b/

/** So short a line may be anywhere in a text. */
const shortest = 4

/**
 * The text with the kind of the error, its name and code, in the place of what a hook's error says.
 * @param error what the text tells of
 */
export function withoutHookWords(text: string, error: unknown): string {
  if (!quotesHook.test(text)) return text
  let discreet = text
  for (const thrown of thrownBehind(error)) {
    const kind = kindOf(thrown)
    const words = withoutStop(messageOf(thrown))
    discreet = discreet.replace(quoteOf(words), (_, before: string) => before + kind)
    for (const line of [words, ...words.split('\n').map(line => line.trim())])
      if (line.length >= shortest) discreet = discreet.replaceAll(line, () => kind)
  }
  return discreet
}

/** What hooks and drivers threw, as far as the error tells: its causes, and of an error that tells of several hosts those of each. */
function thrownBehind(error: unknown): unknown[] {
  const ofHosts = error instanceof NoHostError ? error.hosts.map(({ lastError }) => lastError) : []
  return [error, ...ofHosts].flatMap(one => {
    const errors: unknown[] = causesOf(one)
    const thrown = (errors.at(-1) as Error | undefined)?.cause // what is no error has no cause
    return [...errors, ...(thrown === undefined ? [] : [thrown])].filter(
      cause => !(cause instanceof PoolError),
    )
  })
}

/** Where the pool quotes these words, and what comes before them. */
function quoteOf(words: string): RegExp {
  const literally = words.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(${quotesHook.source}[^:\\n]*: )${literally}(?![\\w'"])`, 'g')
}

function kindOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown
  const { name, code } = thrown as Error & { readonly code?: unknown }
  return code === undefined ? name : `${name} (${String(code)})`
}
