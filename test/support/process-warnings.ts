// The warnings that the process is given during a test, instead of on the terminal.
import { vi } from 'vitest'
import { withoutLink } from '../../src/core/wording.js'

/** One call of `process.emitWarning` in the form that the pool uses. */
export interface Warning {
  readonly text: string
  readonly type: string
  readonly code: string
  readonly detail?: string
}

/** Catches what the process is warned of from now on, until mocks are restored; without the line that says where it is explained. */
export function catchWarnings(): Warning[] {
  const warnings: Warning[] = []
  const emit = (text: string, options: Omit<Warning, 'text'>) => {
    warnings.push({ text: withoutLink(text), ...options })
  }
  vi.spyOn(process, 'emitWarning').mockImplementation(emit as typeof process.emitWarning)
  return warnings
}
