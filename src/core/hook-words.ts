// What a hook of the application threw, left out of the pool's own words where they are kept or sent on: it may have SQL and its parameters in it.
import { causesOf } from './causes.js'
import { PoolError } from './errors/pool-error.js'
import { messageOf, withoutStop } from './wording.js'

const quotesHook = /\bon(Connect|Lend|Return) threw\b/

/** So short a line is no secret, and may be anywhere in a text. */
const shortest = 4

/**
 * The text with the kind of the error, its name and code, in the place of what a hook's error says.
 * @param error what the text tells of
 */
export function withoutHookWords(text: string, error: unknown): string {
  if (!quotesHook.test(text)) return text
  let discreet = text
  const errors: unknown[] = causesOf(error)
  const thrown = (errors.at(-1) as Error | undefined)?.cause // what is no error has no cause
  for (const cause of [...errors, ...(thrown === undefined ? [] : [thrown])]) {
    if (cause instanceof PoolError) continue
    const words = withoutStop(messageOf(cause))
    const lines = words.split('\n').map(line => line.trim())
    for (const line of [words, ...lines.filter(({ length }) => length >= shortest)])
      discreet = discreet.replaceAll(line, kindOf(cause))
  }
  return discreet
}

function kindOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown
  const { name, code } = thrown as Error & { readonly code?: unknown }
  return code === undefined ? name : `${name} (${String(code)})`
}
