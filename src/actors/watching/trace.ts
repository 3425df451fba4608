// Where a caller acquired: a stack that is recorded at the call, and formatted only when a report shows it.
import { captureStack } from '../../core/platform.js'
import { thisFile } from '../../core/this-file.js'

/** The folder above those whose frames are the pool's own; undefined where this file was put into an application's bundle. */
const own = /^(?:file:\/\/)?(.*\/)(?:src\/core\/this-file\.ts|dist\/parts\/statepool-\w+\.js)$/.exec(
  thisFile ?? '',
)?.[1]

/** One recorded stack. Recording it costs about ten times as much as an acquire. */
export class Trace {
  /** Put there by the engine, which makes the text when it is first read. */
  declare readonly stack?: unknown

  /** @param entry the pool's method that the caller called: it, and what it called, is left out */
  constructor(entry: object) {
    captureStack(this, entry)
  }

  /**
   * Its lines (`at load (/app/orders.js:12:9)`), without the pool's own unless there are no others; undefined where stacks are not
   * recorded (`Error.stackTraceLimit = 0`) or are something else than text.
   */
  get text(): string | undefined {
    return linesOf(this)
  }
}

/** The lines of a recorded stack, or of an error's, as {@link Trace.text} has them. */
export function linesOf({ stack }: { readonly stack?: unknown }): string | undefined {
  if (typeof stack !== 'string') return undefined
  const lines = stack.split('\n').flatMap(line => (/^\s+at /.test(line) ? [line.trim()] : []))
  const foreign = lines.filter(line => !isOwn(line))
  return (foreign.length > 0 ? foreign : lines).join('\n') || undefined
}

function isOwn(line: string): boolean {
  return own !== undefined && (line.includes(`${own}src/`) || line.includes(`${own}dist/`))
}
