// Is the pool all right? In one word, and why.

import type { Finding } from '../../protocol.js'
import type { PoolView } from './pool-view.js'

export interface Verdict {
  readonly level: 'ok' | 'degraded' | 'down' | 'unknown'
  readonly word: string
  readonly reason: string
  readonly findings: readonly Finding[]
}

const words = { ok: 'OK', degraded: 'Degraded', down: 'Down' } as const

/** What the server says of a running pool; of a recorded one, what its figures say. */
export function verdictOf(pool: PoolView): Verdict {
  if (pool.frame === undefined) {
    return {
      level: 'unknown',
      word: 'Waiting',
      reason: 'The pool has not told how it stands yet.',
      findings: [],
    }
  }
  const { level, findings } = pool.diagnosis ?? { level: 'ok', findings: [] }
  const [worst] = findings
  return { level, word: words[level], reason: worst?.title ?? calm(pool), findings }
}

function calm({ frame }: PoolView): string {
  const { waiting, busy, max, shared = 0, underWay = 0 } = frame?.stats ?? { waiting: 0, busy: 0, max: 0 }
  if (waiting > 0) return `${waiting === 1 ? '1 caller waits' : `${waiting} callers wait`} for a connection.`
  if (busy === 0) return 'No connection is in use; no caller waits.'
  const sharing =
    shared === 0
      ? ''
      : ` ${underWay === 1 ? '1 statement shares' : `${underWay} statements share`} ${shared} of them.`
  return `${busy} of at most ${max} connections ${busy === 1 ? 'is' : 'are'} in use; no caller waits.${sharing}`
}
