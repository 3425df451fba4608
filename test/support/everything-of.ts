// Everything that a log, a debugger or an inspector could get out of a value, as text to search.

import { inspect } from 'node:util'

/** As `console.log` would show it, hidden properties too; as a string; as JSON; and the stack and causes of errors. */
export function everythingOf(value: unknown): string {
  const json = (() => {
    try {
      return JSON.stringify(value)
    } catch (error) {
      return String(error)
    }
  })()
  const causes: string[] = []
  for (let error = value; error instanceof Error; error = error.cause) {
    causes.push(error.message, error.stack ?? '', JSON.stringify({ ...error }))
  }
  return [
    inspect(value, { depth: 6, showHidden: true, maxArrayLength: 20 }),
    String(value),
    json,
    ...causes,
  ].join('\n')
}
