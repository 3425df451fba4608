// An error of either library, as data that can be sent.

import type { Failure } from '../wire/error.js'
import { nameOfCode } from './codes.js'

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'SQLITE_ERROR', message: String(error) }
  const { message, cause, remedy } = error as Error & { remedy?: unknown }
  const failure: Failure = { code: codeOf(error), message, cause }
  return typeof remedy === 'string' ? { ...failure, remedy } : failure
}

/** better-sqlite3 has names, node:sqlite numbers; and both have errors of their own for wrong parameters. */
function codeOf(error: Error & { code?: unknown; errcode?: unknown }): string {
  if (typeof error.errcode === 'number') return nameOfCode(error.errcode)
  if (typeof error.code === 'string' && error.code.startsWith('SQLITE_')) return error.code
  if (error instanceof RangeError) return 'SQLITE_RANGE'
  return error instanceof TypeError ? 'SQLITE_MISUSE' : 'SQLITE_ERROR'
}
