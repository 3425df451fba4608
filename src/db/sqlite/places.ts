// Where a worker looks for better-sqlite3: its program is a text, and a text has no folder of its own.

import { join } from 'node:path'

/** The file that this code is in, compiled or bundled; undefined where it is in none. */
const ownFile = fileOfThis()

/** Files from whose folders packages are looked for, in this order: this code, the program, the working directory. */
export function placesOfPackages(): string[] {
  const program = process.argv[1]
  return [
    ...(ownFile === undefined ? [] : [ownFile]),
    ...(program === undefined ? [] : [program]),
    join(process.cwd(), 'package.json'),
  ]
}

/**
 * By a stack, which tells it in ES modules, in CommonJS and in bundles of either kind. `import.meta.url` is a syntax error in
 * CommonJS, and `__filename` is not there in ES modules.
 */
function fileOfThis(): string | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error
  try {
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_, sites) => sites[0]?.getFileName()
    const { stack } = new Error() as { stack?: unknown }
    return typeof stack === 'string' && /^(file:|\/|[a-z]:[\\/])/i.test(stack) ? stack : undefined
  } catch {
    return undefined // frozen globals
  } finally {
    restore()
  }

  function restore(): void {
    try {
      Object.assign(Error, { prepareStackTrace, stackTraceLimit })
    } catch {
      // Nothing was changed then.
    }
  }
}
