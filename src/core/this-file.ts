// Which file the pool's code is in.

/**
 * This file, compiled, or the bundle that it is in: a path or a `file:` URL; undefined where it is in no file.
 *
 * By a stack, which tells it in ES modules, in CommonJS and in bundles of either kind. `import.meta.url` is a syntax error in
 * CommonJS, and `__filename` is not there in ES modules.
 */
export const thisFile: string | undefined = fileOfThis()

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
