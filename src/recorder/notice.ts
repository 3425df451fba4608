// What a pool reports, as plain data without secrets.
import type { PoolNotice } from '../actors/watching/events.js'
import { isPoolError } from '../core/errors.js'
import { withoutHookWords } from '../core/hook-words.js'
import { messageOf } from '../core/wording.js'
import type { Notice, RecordedError } from './format.js'

/** The types that are recorded: all but those that a busy pool makes for each acquire and release, of which the records say as much. */
export const recordedTypes = [
  'acquire.timedOut',
  'acquire.aborted',
  'acquire.refused',
  'acquire.deadlocked',
  'lease.destroyed',
  'lease.revoked',
  'lease.leaked',
  'lease.recovered',
  'connection.connecting',
  'connection.ready',
  'connection.failed',
  'connection.lost',
  'connection.closed',
  'pool.ready',
  'pool.down',
  'pool.recovered',
  'pool.heldBack',
  'pool.budgetAway',
  'pool.budgetBack',
  'pool.overloaded',
  'pool.eased',
  'pool.paused',
  'pool.resumed',
  'pool.resized',
  'pool.evicted',
  'pool.draining',
  'pool.closed',
] as const satisfies readonly PoolNotice['type'][]

/** A notice as it is recorded. */
export function plainNotice(notice: PoolNotice): Notice {
  const { pool: _, ...rest } = notice
  const plain: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (name === 'error') {
      if (value !== undefined) plain.error = plainError(value)
    } else plain[name] = value
  }
  return plain as unknown as Notice
}

/** An error's class and code; and what it says, if the pool itself says so: a driver's or a holder's words may have SQL and parameters in them. */
export function plainError(error: unknown): RecordedError {
  if (typeof error !== 'object' || error === null) return { name: typeof error }
  const { name, code } = error as { name?: unknown; code?: unknown }
  return {
    name: String(name ?? 'object'),
    ...(code === undefined ? undefined : { code: String(code) }),
    ...(isPoolError(error)
      ? { message: withoutSecrets(withoutHookWords(messageOf(error), error)) }
      : undefined),
  }
}

/** The pool's errors quote what a driver says of a failed connect, and no driver should say these; a file outlives the mistake of one that does. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/(\w:\/\/)[^\s/@]*@/g, '$1…@')
    .replaceAll(/\b(password|passwd|pwd)(\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;)]+)/gi, '$1$2…')
}
