// What the pool takes from its platform where platforms differ: a browser has less than Node, and the core loads in both.

import { withLink } from './wording.js'

interface Platform {
  readonly setImmediate?: typeof setImmediate
  readonly clearImmediate?: typeof clearImmediate
  readonly process?: { emitWarning?(text: string, options: WarningOptions): void }
  readonly console?: Pick<Console, 'warn'>
}

interface WarningOptions {
  readonly type: string
  readonly code: string
  /** More lines, under the warning. */
  readonly detail?: string
}

const platform = globalThis as unknown as Platform

/** As they were when this was loaded: test runners replace them for a while, and what waits for them would wait forever. */
const { setTimeout: later, clearTimeout: notLater } = globalThis
const { setImmediate: immediately, clearImmediate: notImmediately } = platform

/** Calls back once the event loop has read what the network delivered: with `setImmediate`, where there is one. */
export const nextTurn: (callback: () => void) => unknown = immediately ?? (callback => later(callback, 0))

/** Takes a {@link nextTurn} back. */
export const clearTurn = (immediately === undefined ? notLater : notImmediately) as (turn: unknown) => void

/** Tells the process of something, as Node's own warnings do, and where it is explained; where there is no process, the console. */
export function warn(what: string, type: string, code: string, detail?: string): void {
  const text = withLink(what, code)
  const { process, console } = platform
  if (process?.emitWarning === undefined) {
    console?.warn(`${type} [${code}]: ${detail === undefined ? text : `${text}\n${detail}`}`)
  } else process.emitWarning(text, { type, code, ...(detail === undefined ? {} : { detail }) })
}

/** `Error.captureStackTrace`; an error keeps the stack that it has where that is missing (Firefox before 138). */
export function captureStack(target: object, entry?: object): void {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, entry?: object) => void }
  captureStackTrace?.call(Error, target, entry)
}
