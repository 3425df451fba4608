// Decides once in a process whether machines are compiled, or left to XState.

import type { AnyStateMachine } from 'xstate'
import { firstDifference } from './canary.js'
import { isForeign, noteForeign } from './trust.js'

let tried = false

/**
 * Whether this XState is built as the compiler takes it to be. The first call finds out, and warns the process if it is not: then nothing
 * is compiled, and all that this folder offers does with what XState publishes.
 */
export function isUnderstood(compile: (machine: AnyStateMachine) => AnyStateMachine): boolean {
  if (!tried) {
    tried = true
    const difference = firstDifference(compile)
    if (difference !== undefined) {
      noteForeign()
      warn(difference)
    }
  }
  return !isForeign()
}

function warn(difference: string): void {
  const text = `statepool runs its state machines in XState's interpreter: XState${version()} works differently inside than the versions that statepool was tested with. Everything does what it should, and takes some microseconds longer. A newer statepool may know this XState.\n  See statepool/docs/errors.md#statepool_xstate`
  const { process } = globalThis
  if (typeof process?.emitWarning !== 'function') console.warn(text)
  else process.emitWarning(text, { code: 'STATEPOOL_XSTATE', detail: `First difference: ${difference}` })
}

/** The version of the application's XState, as far as that can be told: it does not say so itself. */
function version(): string {
  try {
    const { process } = globalThis
    const { createRequire } = process.getBuiltinModule('node:module')
    return ` ${createRequire(`${process.cwd()}/`)('xstate/package.json').version}`
  } catch {
    return ', as it is installed,'
  }
}
